"""
An auditor that knows the contract and nothing of the simulator: it reads bytes and keeps its own books.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import pytest

from inventory_stream.records import Delivered, Encoded, Record, decode
from inventory_stream.records import catalogue as c
from inventory_stream.records import inventory as i
from simulator.labelled import small_scenario
from simulator.simulation import Simulation
from simulator.strategies import usual_strategies
from simulator.world import make_world

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
Books = dict[tuple[str, str], Counter[str]]


class Auditor:
    """
    Replays records in their order and notes every breach of the rules in `problems`.

    A named seat is in exactly one state; an area counts its places by state.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.records = 0
        self.holds: dict[str, i.SeatsHeld] = {}
        self.orders: dict[str, tuple[str, int, int]] = {}
        self.listings: dict[str, str] = {}
        self.paid = 0
        self.refunded = 0
        self.kinds: Counter[str] = Counter()
        self._seats: dict[tuple[str, str, str], str] = {}
        self._areas: Books = {}
        self.places = 0
        self._capacities: dict[str, int] = {}
        self._levels: dict[tuple[str, str], str] = {}
        self._prices: dict[tuple[str, str], int] = {}
        self._offers: dict[tuple[str, str], int] = {}
        self._on_sale: set[str] = set()
        self._last = ""
        self._ids: set[str] = set()
        self._handlers: dict[type[Record], Callable[[Delivered, Record], None]] = {
            c.VenueDefined: lambda at, it: self._capacities.update({it.venue_id: it.capacity}),
            c.EventScheduled: self._scheduled,
            c.PricesSet: self._priced,
            c.OfferPublished: self._offered,
            c.SeatsRepriced: self._repriced,
            c.SeatsReleased: self._released,
            c.SeatsBlocked: lambda at, it: self._move(it, "free", "blocked"),
            c.EventOnSaleChanged: self._on_sale_changed,
            i.SeatsHeld: self._held,
            i.HoldEnded: self._ended,
            i.OrderPlaced: self._ordered,
            i.OrderRefunded: self._gave_back,
            i.ListingOpened: self._listed,
            i.ListingEnded: self._unlisted,
            i.ListingSold: self._resold,
            i.TicketTransferred: self._transferred,
            i.TicketScanned: lambda at, it: self._move(it, "sold", "scanned"),
        }

    def read(self, batches: Iterable[list[Encoded]]) -> Auditor:
        """
        Replay every record of the batches.
        """
        for batch in batches:
            for place, encoded in enumerate(batch):
                at = decode(encoded.topic, 0, place, encoded.key, encoded.value, encoded.headers)
                self._read(at)
        return self

    def states(self) -> Counter[str]:
        """
        Return how many places are in each state.
        """
        counts = Counter(self._seats.values())
        for area in self._areas.values():
            counts.update(area)
        return counts

    def _read(self, at: Delivered) -> None:
        self.records += 1
        self.kinds[at.type] += 1
        self._expect(not at.failure, at.failure)
        self._expect(at.id not in self._ids, f"id {at.id} twice")
        self._expect(at.time >= self._last, f"{at.id} goes back in time")
        self._ids.add(at.id)
        self._last = at.time
        if at.record is not None and (handler := self._handlers.get(type(at.record))):
            handler(at, at.record)

    def _expect(self, holds: bool, problem: str) -> None:
        if not holds:
            self.problems.append(problem)

    def _move(self, it: i.InventoryRecord, before: str, after: str) -> None:
        if it.quantity:
            area = self._areas[(it.event_id, it.section)]
            self._expect(area[before] >= it.quantity, f"{it.event_id} {it.section}: too few {before} for {it}")
            area[before] -= it.quantity
            area[after] += it.quantity
        for seat in it.seats:
            state = self._seats.get((it.event_id, it.section, seat), "unknown")
            self._expect(state == before, f"{it.event_id} {it.section} {seat} is {state}, not {before}: {it}")
            self._seats[it.event_id, it.section, seat] = after

    def _scheduled(self, at: Delivered, it: c.EventScheduled) -> None:
        self.places += self._capacities.get(it.venue_id, 0)

    def _released(self, at: Delivered, it: c.SeatsReleased) -> None:
        self._levels[it.event_id, it.section] = it.price_level
        if it.quantity:
            self._areas.setdefault((it.event_id, it.section), Counter())["free"] += it.quantity
        for seat in it.labels():
            state = self._seats.get((it.event_id, it.section, seat), "blocked")
            self._expect(state == "blocked", f"{seat} is {state} and released")
            self._seats[it.event_id, it.section, seat] = "free"

    def _priced(self, at: Delivered, it: c.PricesSet) -> None:
        for price in it.prices:
            self._prices[it.event_id, price.price_level] = price.face_cents + price.fees_cents

    def _offered(self, at: Delivered, it: c.OfferPublished) -> None:
        self._offers[it.event_id, it.offer_id] = it.face_cents + it.fees_cents

    def _repriced(self, at: Delivered, it: c.SeatsRepriced) -> None:
        self._expect((it.event_id, it.price_level) in self._prices, f"{it.price_level} has no price")
        self._levels[it.event_id, it.section] = it.price_level

    def _on_sale_changed(self, at: Delivered, it: c.EventOnSaleChanged) -> None:
        self._expect(it.on_sale != (it.event_id in self._on_sale), f"{it.event_id} changes to what it is")
        self._on_sale.symmetric_difference_update({it.event_id})

    def _held(self, at: Delivered, it: i.SeatsHeld) -> None:
        self._expect(it.event_id in self._on_sale, f"{it.hold_id}: not on sale")
        self._expect(it.expires_at > at.at, f"{it.hold_id}: born expired")
        self._move(it, "free", "held")
        self.holds[it.hold_id] = it

    def _ended(self, at: Delivered, it: i.HoldEnded) -> None:
        held = self.holds.pop(it.hold_id)
        self._expect((held.seats, held.quantity) == (it.seats, it.quantity), f"{it.hold_id} ends as something else")
        self._expect((it.reason == "expired") == (at.at >= held.expires_at), f"{it.hold_id}: {it.reason} at {at.time}")
        if it.reason != "completed":
            self._move(it, "held", "free")

    def _ordered(self, at: Delivered, it: i.OrderPlaced) -> None:
        price = (
            self._offers.get((it.event_id, it.offer_id))
            or self._prices[it.event_id, self._levels[it.event_id, it.section]]
        )
        self._expect(it.order_id not in self.orders, f"{it.order_id} twice")
        self._expect(it.face_cents + it.fees_cents == price * it.size(), f"{it.order_id}: wrong amount")
        if it.hold_id:
            held = self.holds[it.hold_id]
            self._expect((held.customer_id, held.seats) == (it.customer_id, it.seats), f"{it.order_id}: others' hold")
            self._expect(at.at < held.expires_at, f"{it.order_id}: hold had expired")
        self._expect(it.event_id in self._on_sale, f"{it.order_id}: not on sale")
        self._move(it, "held" if it.hold_id else "free", "sold")
        self.orders[it.order_id] = (it.customer_id, it.size(), it.face_cents + it.fees_cents)
        self.paid += it.face_cents + it.fees_cents

    def _gave_back(self, at: Delivered, it: i.OrderRefunded) -> None:
        self._expect(
            self.orders.pop(it.order_id) == (it.customer_id, it.size(), it.face_cents + it.fees_cents),
            f"{it.order_id}: refund differs from what was paid",
        )
        self._move(it, "sold", "free")
        self.refunded += it.face_cents + it.fees_cents

    def _listed(self, at: Delivered, it: i.ListingOpened) -> None:
        self._move(it, "sold", "listed")
        self.listings[it.listing_id] = it.customer_id

    def _unlisted(self, at: Delivered, it: i.ListingEnded) -> None:
        self._expect(self.listings.pop(it.listing_id) == it.customer_id, f"{it.listing_id}: others' listing")
        self._move(it, "listed", "sold")

    def _resold(self, at: Delivered, it: i.ListingSold) -> None:
        self._expect(self.listings.pop(it.listing_id) == it.seller_id, f"{it.listing_id}: others' listing")
        self._expect(it.order_id not in self.orders, f"{it.order_id} twice")
        self._move(it, "listed", "sold")

    def _transferred(self, at: Delivered, it: i.TicketTransferred) -> None:
        self._expect(it.customer_id != it.to_customer_id, "a transfer to oneself")
        self._move(it, "sold", "sold")


def small_simulation(seed: int, run: str = "t", **sizes: float) -> Simulation:
    """
    Return a run of a small world.
    """
    chosen = {"events": 3, "days": 6.0, "visits": 120, "population": 300, **sizes}
    scenario = small_scenario(**chosen, strategies=usual_strategies(int(chosen["population"])))
    return Simulation(make_world("w", scenario, seed, START), run, chosen["days"])


@pytest.fixture(scope="session")
def simulate() -> Callable[..., Simulation]:
    """
    Make a run of a small world: `simulate(seed, run, events=…, days=…, visits=…)`.
    """
    return small_simulation


@pytest.fixture(scope="session")
def audit() -> Callable[[Iterable[list[Encoded]]], Auditor]:
    """
    Audit batches: `audit(simulation.encoded()).problems`.
    """
    return lambda batches: Auditor().read(batches)
