"""
A writer with transactions, such as Kafka Connect or an adapter of a legacy system. Each leaves a mark at its end, which
takes an offset in each of its partitions and is no record.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from confluent_kafka import Producer
from views import until

from inventory_stream.log import Partition
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.records import Encoded


class Transactions:
    """
    Writes records to the topics of a prefix, each batch in one transaction.
    """

    def __init__(self, bootstrap_servers: str, prefix: str, log: KafkaLog) -> None:
        config = {"bootstrap.servers": bootstrap_servers, "transactional.id": uuid4().hex, "log_level": 0}
        self._prefix, self._log = prefix, log
        self._producer = Producer(config)
        self._producer.init_transactions()

    def commit(self, records: Iterable[Encoded]) -> None:
        """
        Write what readers shall see.
        """
        written = self._write(records)
        self._producer.commit_transaction()
        self._wait_for_marks(written)

    def abort(self, records: Iterable[Encoded]) -> None:
        """
        Write what no reader ever sees.
        """
        written = self._write(records)
        self._producer.abort_transaction()
        self._wait_for_marks(written)

    def _write(self, records: Iterable[Encoded]) -> dict[Partition, int]:
        """
        Return the last offset in each partition.
        """
        written: dict[Partition, int] = {}

        def note(_: object, message: Any) -> None:
            written[Partition(message.topic().removeprefix(self._prefix), message.partition())] = message.offset()

        self._producer.begin_transaction()
        for record in records:
            place = self._prefix + record.topic, record.value, record.key, record.partition
            self._producer.produce(*place, on_delivery=note, headers=record.headers)
        self._producer.flush()
        return written

    def _wait_for_marks(self, written: dict[Partition, int]) -> None:
        """
        Wait until the marks lie behind the records: the broker says that a transaction has ended before it writes them.
        """
        topics = {partition.topic for partition in written}

        def marked() -> bool:
            ends = self._log.end_positions(topics)
            return all(ends[partition] > offset + 1 for partition, offset in written.items())

        until(marked, lambda: None)
