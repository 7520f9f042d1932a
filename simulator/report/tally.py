"""
Counts of a run, made while it goes on: enough for a page, and no more in memory for more records.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from inventory_stream.records import Record
from inventory_stream.records.activity import EventViewed
from inventory_stream.records.catalogue import EventScheduled, SeatsBlocked, SeatsReleased
from inventory_stream.records.inventory import OrderPlaced, OrderRefunded
from simulator.clock import DAY_S
from simulator.customers import ORDINARY
from simulator.journal import Happening
from simulator.truth.tables import TABLES, Row

SLOTS = 480
SHORTEST_SLOT_S = 300.0
SESSION_DAYS = 0.25
"""How long a visit may take until its purchase: then it is counted as one without."""


class Visit(NamedTuple):
    """
    A session that looked at events: the first of them, from where, and when.
    """

    event_id: str
    device_kind: str
    region: str
    slot: int


class Visits:
    """
    Counts visits, and those of them that bought, by the first event they looked at, by kind of device, and by region.

    Keys are (event id, kind of device or region, slot): together all three would be too many to keep.
    """

    def __init__(self) -> None:
        self.by_device: Counter[tuple[str, str, int]] = Counter()
        self.by_region: Counter[tuple[str, str, int]] = Counter()

    def add(self, visit: Visit) -> None:
        """
        Count one visit.
        """
        self.by_device[visit.event_id, visit.device_kind, visit.slot] += 1
        self.by_region[visit.event_id, visit.region, visit.slot] += 1


class Tally:
    """
    Sees the records of a run as they happen, and is a sink of its truth.

    Time is cut into slots of `slot_s` seconds since the start. Attributes by slot are lists with a count for each.

    Attributes:
        records: record type → records by slot.
        sold: event id → tickets by slot, refunds taken off.
        places: event id → places that were put on sale.
        names: event id → name for people.
        visits, bought: visits, and those of them that bought.
        takings: paid less given back, fees included (minor units).
        tickets: day → class → tickets bought; `people`: day → class → customers who did something.
        unmet: event id → reason → tickets.
        problems: rows of that table, as column → value.
    """

    def __init__(self, start: datetime, days: float) -> None:
        self.start = start
        self.days = days
        self.slot_s = max(SHORTEST_SLOT_S, days * DAY_S / SLOTS)
        self.slots = int(days * DAY_S / self.slot_s) + 2
        self.records: dict[type[Record], list[int]] = defaultdict(self._none)
        self.sold: dict[str, list[int]] = defaultdict(self._none)
        self.places: Counter[str] = Counter()
        self.names: dict[str, str] = {}
        self.visits = Visits()
        self.bought = Visits()
        self.tickets: dict[date, Counter[str]] = defaultdict(Counter)
        self.people: dict[date, Counter[str]] = defaultdict(Counter)
        self.unmet: dict[str, Counter[str]] = defaultdict(Counter)
        self.problems: list[dict[str, Any]] = []
        self.takings = 0
        self._handlers: dict[type[Record], Callable[[Any, int, datetime], None]] = {
            EventScheduled: self._scheduled,
            SeatsReleased: self._released,
            SeatsBlocked: self._blocked,
            EventViewed: self._viewed,
            OrderPlaced: self._ordered,
            OrderRefunded: self._refunded,
        }
        self._sinks: dict[str, Callable[[dict[str, Any]], None]] = {
            "unmet_demand": self._went_without,
            "problems": self.problems.append,
        }
        self._sessions: dict[str, Visit | None] = {}
        self._older: dict[str, Visit | None] = {}
        self._renewed = 0
        self._bought: dict[date, Counter[str]] = defaultdict(Counter)
        self._classes: dict[date, dict[str, str]] = defaultdict(dict)

    def see(self, happenings: Iterable[Happening]) -> None:
        """
        Count what happened.
        """
        start, slot_s, last = self.start, self.slot_s, self.slots - 1
        for _, record, time in happenings:
            slot = min(int((time - start).total_seconds() / slot_s), last)
            kind = type(record)
            self.records[kind][slot] += 1
            handler = self._handlers.get(kind)
            if handler is not None:
                handler(record, slot, time)

    def write(self, table: str, rows: Sequence[Row]) -> None:
        """
        Take rows of the truth.
        """
        if table == "customers_by_day":
            self._acted(rows)
        elif table in self._sinks:
            names = [column.name for column in TABLES[table].columns]
            for row in rows:
                self._sinks[table](dict(zip(names, row, strict=True)))

    def close(self) -> None:
        """
        Count what still waits for its day to end.
        """
        for day in list(self._bought):
            self._close_day(day)

    def _none(self) -> list[int]:
        return [0] * self.slots

    def _scheduled(self, record: EventScheduled, slot: int, time: datetime) -> None:
        self.names[record.event_id] = record.name

    def _released(self, record: SeatsReleased, slot: int, time: datetime) -> None:
        self.places[record.event_id] += sum(map(len, record.runs)) + len(record.seats) + record.quantity

    def _blocked(self, record: SeatsBlocked, slot: int, time: datetime) -> None:
        self.places[record.event_id] -= record.size()

    def _viewed(self, record: EventViewed, slot: int, time: datetime) -> None:
        if (slot - self._renewed) * self.slot_s > SESSION_DAYS * DAY_S:
            self._older, self._sessions, self._renewed = self._sessions, {}, slot
        if record.session_id not in self._sessions and record.session_id not in self._older:
            visit = Visit(record.event_id, record.device_kind, record.region, slot)
            self._sessions[record.session_id] = visit
            self.visits.add(visit)

    def _ordered(self, record: OrderPlaced, slot: int, time: datetime) -> None:
        size = record.size()
        self.sold[record.event_id][slot] += size
        self.takings += record.face_cents + record.fees_cents
        self._bought[time.date()][record.customer_id] += size
        for known in (self._sessions, self._older):
            visit = known.get(record.session_id)
            if visit is not None:
                self.bought.add(visit)
                known[record.session_id] = None  # it may buy more, and is still one visit

    def _refunded(self, record: OrderRefunded, slot: int, time: datetime) -> None:
        self.sold[record.event_id][slot] -= record.size()
        self.takings -= record.face_cents + record.fees_cents

    def _acted(self, rows: Sequence[Row]) -> None:
        """
        Note who was what on a day. Its sales are complete when the next day's customers come.
        """
        for row in rows:
            day, customer_id, kind = row
            if isinstance(day, date) and isinstance(customer_id, str) and isinstance(kind, str):
                self.people[day][kind] += 1
                # Who also acted for somebody else's ends that day counts as that: an account that was taken over.
                if kind != ORDINARY or customer_id not in self._classes[day]:
                    self._classes[day][customer_id] = kind
        newest = max(self._classes, default=None)
        for day in [day for day in self._bought if newest is not None and day < newest]:
            self._close_day(day)

    def _close_day(self, day: date) -> None:
        classes = self._classes.pop(day, {})
        for customer_id, tickets in self._bought.pop(day).items():
            self.tickets[day][classes.get(customer_id, ORDINARY)] += tickets

    def _went_without(self, row: dict[str, Any]) -> None:
        self.unmet[row["event_id"]][row["reason"]] += row["tickets"]
