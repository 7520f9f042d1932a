"""
A steady load from a process of its own: as many inventory as activity records, made before the clock starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter, sleep
from typing import Any

from benchmarks.onsale import START, OnSale
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.records import Encoded, encode
from inventory_stream.records.activity import EventViewed

TICK_S = 0.01
CUSTOMERS = 20_000


class Load:
    """
    Sends `rate` records a second for some time. The records are ready when it is built.
    """

    def __init__(self, bootstrap_servers: str, world: OnSale, events: int, rate: int, seconds: int) -> None:
        """
        Args:
            world: what is on sale; its catalogue is on the log already.
            events: number of events that are looked at.
        """
        context = get_context("spawn")  # the Kafka client does not live through a fork
        self._mine, theirs = context.Pipe()
        arguments = (theirs, bootstrap_servers, world, events, rate, seconds)
        self._process = context.Process(target=_run, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        self._mine.recv()

    def begin(self) -> None:
        """
        Start to send.
        """
        self._mine.send(None)

    @property
    def over(self) -> bool:
        """
        Whether everything is sent.
        """
        return self._mine.poll()

    def rate(self) -> float:
        """
        Wait for the end; return the records/s that were acknowledged.
        """
        rate: float = self._mine.recv()
        self._process.join()
        return rate


def mixed(world: OnSale, events: int, number: int) -> Iterator[Encoded]:
    """
    Yield inventory and activity records in turn.
    """
    for count, sale in enumerate(islice(world.sales(number), number // 2)):
        customer = f"customer-{count * 7919 % CUSTOMERS}"
        viewed = EventViewed(session_id=f"s-{customer}", customer_id=customer, event_id=f"event-{count % events}")
        yield sale
        yield encode(viewed, id=f"view-{count}", source="/benchmarks/load", time=START)


def _run(
    parent: Connection[Any, Any], bootstrap_servers: str, world: OnSale, events: int, rate: int, seconds: int
) -> None:
    records = list(mixed(world, events, rate * seconds))
    log = KafkaLog(bootstrap_servers)
    parent.send(None)
    parent.recv()
    size = max(1, int(rate * TICK_S))
    started = perf_counter()
    for first in range(0, len(records), size):
        sleep(max(0.0, started + first / rate - perf_counter()))
        log.send(records[first : first + size])
    log.flush()
    parent.send(len(records) / max(perf_counter() - started, seconds))
    log.close()
