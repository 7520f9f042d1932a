"""
What legacy adapters do to records on their way: some come twice, late, in the wrong order, or broken.

    for batch in Delivery(plan, seed, truth).deliver(simulation.encoded_to_end(until)):
        log.send(batch)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import heappop, heappush
from random import Random
from typing import Annotated

import msgspec

from inventory_stream.records import TYPES, Encoded
from simulator.clock import datetime_of, microseconds
from simulator.malforming import malformed
from simulator.truth import Truth

Share = Annotated[float, msgspec.Meta(ge=0, le=0.05)]
SWAPPABLE = frozenset({"inventory", "activity"})
"""Families whose records may change places. A catalogue comes from one system that sends it in order."""


class DeliveryPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    How many records are delivered badly, as shares of all records. Nothing is, unless a share is given.

    duplicates: come again with the same id, up to `within` records later.
    late: begin a delay of their key. What follows of the key waits as well, so the order of the key stays; records of
        other keys and topics overtake them.
    swapped: change places with the next record of their key, which breaks the contract's promise of order.
    malformed: come after a broken attempt to send them, which has an id of its own.
    within: how many records later at most.
    """

    duplicates: Share = 0.0
    late: Share = 0.0
    swapped: Share = 0.0
    malformed: Share = 0.0
    within: Annotated[int, msgspec.Meta(ge=1, le=5_000)] = 500

    @property
    def perfect(self) -> bool:
        """
        Whether every record comes once, whole and in order.
        """
        return not (self.duplicates or self.late or self.swapped or self.malformed)


Key = tuple[str, bytes]


class Delivery:
    """
    Delivers the records of one run, some of them badly, and notes each fault in the truth.

    What waits is bounded by `within` and the records that arrive meanwhile. The same plan, seed and records give the
    same faults.
    """

    def __init__(self, plan: DeliveryPlan, seed: int, truth: Truth) -> None:
        self._plan = plan
        self._truth = truth
        self._random = Random(f"{seed}/delivery")
        self._notes = FaultNotes()
        self._read = 0
        self._again: list[tuple[int, int, Encoded]] = []
        self._held: dict[Key, list[Encoded]] = {}
        self._due: list[tuple[int, Key]] = []
        self._swapping: dict[Key, Encoded] = {}

    def deliver(self, batches: Iterable[list[Encoded]]) -> Iterator[list[Encoded]]:
        """
        Yield the records as they arrive. A perfect delivery yields the very same batches.
        """
        if self._plan.perfect:
            yield from batches
            return
        for batch in batches:
            out: list[Encoded] = []
            for record in batch:
                self._read += 1
                self._take(record, out)
                self._release(out, self._read)
            self._truth.fault(self._notes.take())
            yield out
        rest: list[Encoded] = []
        self._release(rest, self._read + self._plan.within + 1)
        self._truth.fault(self._notes.take())
        self._notes.sum_up(self._truth)
        if rest:
            yield rest

    def _take(self, record: Encoded, out: list[Encoded]) -> None:
        key = (record.topic, record.key)
        if key in self._held:
            self._held[key].append(record)
            return
        if key in self._swapping:
            self._send(record, out)
            self._send(self._swapping.pop(key), out, "swapped")
            return
        plan, draw = self._plan, self._random.random()
        if draw < plan.duplicates:
            self._send(record, out)
            heappush(self._again, (self._soon(), self._read, record))
        elif (draw := draw - plan.duplicates) < plan.late:
            self._held[key] = [record]
            heappush(self._due, (self._soon(), key))
        elif (draw := draw - plan.late) < plan.swapped and _swappable(record):
            self._swapping[key] = record
            heappush(self._due, (self._soon(), key))
        else:
            if plan.swapped <= draw < plan.swapped + plan.malformed:
                fault, broken = malformed(record, self._random)
                self._send(broken, out, f"malformed.{fault}")
            self._send(record, out)

    def _release(self, out: list[Encoded], now: int) -> None:
        """
        Send what is due.
        """
        while self._due and self._due[0][0] <= now:
            _, key = heappop(self._due)
            for record in self._held.pop(key, ()):
                self._send(record, out, "late")
            if key in self._swapping:  # nothing followed it: it comes late, but in order
                self._send(self._swapping.pop(key), out)
        while self._again and self._again[0][0] <= now:
            self._send(heappop(self._again)[2], out, "duplicate")

    def _send(self, record: Encoded, out: list[Encoded], fault: str = "") -> None:
        out.append(record)
        self._notes.sent(record, fault)

    def _soon(self) -> int:
        return self._read + 1 + int(self._random.random() * self._plan.within)


class FaultNotes:
    """
    Counts what was sent, topic by topic, and keeps the rows of faults until they are taken.
    """

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._rows: list[tuple[str, str, str, str, datetime, int]] = []
        self._spans: dict[str, tuple[datetime, datetime, int]] = {}

    def sent(self, record: Encoded, fault: str) -> None:
        """
        Note that a record was sent, with a fault or without.
        """
        place = self._places.get(record.topic, 0)
        self._places[record.topic] = place + 1
        if not fault:
            return
        headers = dict(record.headers)
        at = datetime_of(record.timestamp_ms * 1_000)
        self._rows.append((fault, record.topic, record.key.decode(), headers.get("ce_id", b"").decode(), at, place))
        first, last, hits = self._spans.get(fault, (at, at, 0))
        self._spans[fault] = (min(first, at), max(last, at), hits + 1)

    def take(self) -> list[tuple[str, str, str, str, datetime, int]]:
        """
        Return the faults since the last time, as rows of `delivery_faults`.
        """
        rows, self._rows = self._rows, []
        return rows

    def sum_up(self, truth: Truth) -> None:
        """
        Tell the truth from when to when each fault happened, and how often.
        """
        for fault, (first, last, hits) in sorted(self._spans.items()):
            kind = f"delivery.{fault}"
            truth.problem(kind, kind, "", microseconds(first), microseconds(last), hits=hits)


def _swappable(record: Encoded) -> bool:
    return TYPES[dict(record.headers)["ce_type"].decode()].family in SWAPPABLE
