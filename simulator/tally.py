"""
What calibration counts in a run: sales, sessions, holds, payments, resale, attendance. It reads records as anybody could,
and the truth of who is who.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from inventory_stream.records import Record
from inventory_stream.records import activity as a
from inventory_stream.records import catalogue as c
from inventory_stream.records import inventory as i
from simulator import names
from simulator.clock import DAY_S
from simulator.customers import ORDINARY
from simulator.journal import Happening

WEEK_S = 7 * DAY_S
CLUBS = (*names.VENUES["club"], *names.VENUES["studio"])


class Tally:
    """
    Counts of a run. Attributes are tickets where nothing else is said.

    Attributes:
        views, holds, completed: sessions that saw an event's page, holds, and orders that come of a hold (counts).
        declines, declined, given_up: payments declined, sessions that met one, and checkouts that ended there.
        tickets, sizes: sold at all, and orders by how many they are for.
        first_day, presale, presale_shows, club, late_club: sold on the first day of a general sale, in presales, for shows
            that had one, for small houses, and of these in the last week.
        face, fees, resale_paid, resale_cost: cents.
        expected, no_shows: of shows that took place, and those of them that did not come.
        moved_sold, moved_back, given_back: sold for shows before they moved, given back for that, and given back otherwise.
        released, blocked: put on sale, and kept back.
        elasticity: measured apart, in worlds of its own.
        activity, abuse: activity records of known customers, and of abusers among them (counts).
    """

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self.views = self.holds = self.completed = 0
        self.declines = self.given_up = self.activity = self.abuse = 0
        self.declined: set[str] = set()
        self.tickets = self.first_day = self.presale = self.presale_shows = self.club = self.late_club = 0
        self.sizes: Counter[int] = Counter()
        self.face = self.fees = self.resale_paid = self.resale_cost = self.resold = 0
        self.expected = self.no_shows = self.moved_sold = self.moved_back = self.given_back = 0
        self.released = self.blocked = 0
        self.elasticity = 0.0
        self._kinds = kinds
        self._lead: list[float] = []
        self._clubs: set[str] = set()
        self._shows: dict[str, c.EventScheduled] = {}
        self._opened: dict[str, datetime] = {}
        self._starts: dict[str, datetime] = {}
        self._sold: Counter[str] = Counter()
        self._came: Counter[str] = Counter()
        self._presales: set[str] = set()
        self._paid: dict[tuple[str, str, str], int] = {}
        self._handlers: dict[type[Record], Callable[[Any, datetime], None]] = {
            c.VenueDefined: lambda it, at: self._clubs.update([it.venue_id] * it.name.startswith(CLUBS)),
            c.EventScheduled: self._scheduled,
            c.EventRescheduled: self._rescheduled,
            c.EventOnSaleChanged: self._on_sale,
            c.SeatsReleased: self._released,
            c.SeatsBlocked: self._blocked,
            a.EventViewed: self._viewed,
            a.PaymentDeclined: self._declined,
            a.CheckoutFailed: self._failed,
            i.SeatsHeld: self._held,
            i.OrderPlaced: self._ordered,
            i.OrderRefunded: self._refunded,
            i.ListingSold: self._resold,
            i.TicketScanned: self._scanned,
        }

    def count(self, happening: Happening) -> None:
        """
        Count one record.
        """
        record = happening.record
        if isinstance(record, a.ActivityRecord) and record.customer_id:
            self.activity += 1
            self.abuse += self._kinds.get(record.customer_id, ORDINARY) != ORDINARY
        handler = self._handlers.get(type(record))
        if handler is not None:
            handler(record, happening.time)

    def lead_days(self, share: float) -> float:
        """
        Return the days before the show at which this share of the tickets was still to be sold.
        """
        ordered = sorted(self._lead)
        return ordered[int(share * len(ordered))] / DAY_S

    def over(self) -> None:
        """
        Compare who had tickets with who came, of all shows that took place.
        """
        self.expected = sum(self._sold[event_id] for event_id in self._came)
        self.no_shows = self.expected - sum(self._came.values())
        self.presale_shows = sum(self._sold[event_id] for event_id in self._presales)

    def _scheduled(self, it: c.EventScheduled, at: datetime) -> None:
        self._shows[it.event_id] = it
        self._starts[it.event_id] = it.starts_at

    def _rescheduled(self, it: c.EventRescheduled, at: datetime) -> None:
        self.moved_sold += self._sold[it.event_id]
        self._starts[it.event_id] = it.starts_at

    def _on_sale(self, it: c.EventOnSaleChanged, at: datetime) -> None:
        if it.presale:
            self._presales.add(it.event_id)
        elif it.on_sale:
            self._opened[it.event_id] = at

    def _released(self, it: c.SeatsReleased, at: datetime) -> None:
        self.released += it.quantity or sum(map(len, it.runs))

    def _blocked(self, it: c.SeatsBlocked, at: datetime) -> None:
        self.blocked += it.size()

    def _ordinary(self, customer_id: str) -> bool:
        return self._kinds.get(customer_id, ORDINARY) == ORDINARY

    def _viewed(self, it: a.EventViewed, at: datetime) -> None:
        self.views += 1

    def _held(self, it: i.SeatsHeld, at: datetime) -> None:
        self.holds += self._ordinary(it.customer_id)

    def _declined(self, it: a.PaymentDeclined, at: datetime) -> None:
        self.declines += 1
        self.declined.add(it.session_id)

    def _failed(self, it: a.CheckoutFailed, at: datetime) -> None:
        self.given_up += it.reason == "payment_declined"

    def _ordered(self, it: i.OrderPlaced, at: datetime) -> None:
        size = it.size()
        self.completed += bool(it.hold_id) and self._ordinary(it.customer_id)
        self.tickets += size
        self.sizes[size] += 1
        self.face, self.fees = self.face + it.face_cents, self.fees + it.fees_cents
        self._sold[it.event_id] += size
        for seat in it.seats:
            self._paid[it.event_id, it.section, seat] = it.face_cents // size
        lead_s = (self._starts[it.event_id] - at).total_seconds()
        self._lead += [lead_s] * size
        opened = self._opened.get(it.event_id)
        self.presale += 0 if opened else size
        self.first_day += size if opened and (at - opened).total_seconds() < DAY_S else 0
        if self._shows[it.event_id].venue_id in self._clubs:
            self.club += size
            self.late_club += size if lead_s < WEEK_S else 0

    def _refunded(self, it: i.OrderRefunded, at: datetime) -> None:
        size = it.size()
        self._sold[it.event_id] -= size
        self.moved_back += size if it.reason == "event_moved" else 0
        self.given_back += size if not it.reason.startswith("event_") else 0

    def _resold(self, it: i.ListingSold, at: datetime) -> None:
        self.resold += it.size()
        if it.seats:
            self.resale_paid += it.face_cents
            self.resale_cost += sum(self._paid[it.event_id, it.section, seat] for seat in it.seats)

    def _scanned(self, it: i.TicketScanned, at: datetime) -> None:
        self._came[it.event_id] += it.size()
