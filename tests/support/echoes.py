"""
Records that nobody should have sent: made of what others said, at the wrong time, for the wrong hold, or too much of it.

A season of honest systems has few conflicts. With echoes in it, every rule about who has a place is tried.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from inventory_stream.records import Encoded, Record, decode, encode
from inventory_stream.records.base import Placed
from inventory_stream.records.catalogue import (
    EventOnSaleChanged,
    EventRescheduled,
    EventScheduled,
    LevelPrice,
    OfferPublished,
    PricesSet,
    SeatsBlocked,
    SeatsReleased,
    SeatsRepriced,
)
from inventory_stream.records.inventory import (
    HoldEnded,
    InventoryRecord,
    ListingEnded,
    ListingOpened,
    ListingSold,
    OrderPlaced,
    OrderRefunded,
    SeatsHeld,
)

SHARE = 0.05
RECENT = 200
LATER = datetime(2090, 1, 1, tzinfo=UTC)

Where = dict[str, Any]
Maker = Callable[[Random, Where, str, str], Record]

PLACED: tuple[Maker, ...] = (
    lambda dice, where, hold, _: SeatsHeld(**where, hold_id=hold, expires_at=LATER),
    lambda dice, where, hold, _: HoldEnded(**where, hold_id=hold, reason="expired"),
    lambda dice, where, hold, _: OrderPlaced(**where, hold_id=dice.choice(["", hold]), order_id="echo", face_cents=1),
    lambda dice, where, *_: OrderRefunded(**where, order_id="echo", face_cents=1),
    lambda dice, where, _, listing: ListingOpened(**where, listing_id=listing, face_cents=dice.randrange(9_000)),
    lambda dice, where, _, listing: ListingEnded(**where, listing_id=listing),
    lambda dice, where, _, listing: ListingSold(
        **where, listing_id=listing, seller_id="c", order_id="echo", face_cents=1
    ),
    lambda dice, where, *_: SeatsBlocked(**where),
    lambda dice, where, *_: SeatsReleased(**where, price_level=dice.choice(["", "P1", "echo"])),
    lambda dice, where, *_: SeatsRepriced(**where, price_level=dice.choice(["P1", "P2", "echo"])),
)


class Echoes:
    """
    Repeats what it heard, in its own words.
    """

    def __init__(self, seed: int) -> None:
        self._dice = Random(f"{seed}/echoes")
        self._places: deque[Placed] = deque(maxlen=RECENT)
        self._shows: deque[EventScheduled] = deque(maxlen=RECENT)
        self._holds = deque(["echo"], maxlen=RECENT)
        self._listings = deque(["echo"], maxlen=20)
        self._count = 0

    def among(self, records: Iterable[Encoded]) -> Iterator[Encoded]:
        """
        Yield the records with echoes between them.
        """
        for encoded in records:
            yield encoded
            found = decode(encoded.topic, 0, 0, encoded.key, encoded.value, encoded.headers)
            self._hear(found.record)
            if self._places and self._dice.random() < SHARE:
                self._count += 1
                yield encode(self._say(), id=str(self._count), source="/echoes", time=found.at)

    def _hear(self, record: Record | None) -> None:
        if isinstance(record, InventoryRecord):
            self._places.append(record)
        if isinstance(record, SeatsHeld):
            self._holds.append(record.hold_id)
        if isinstance(record, ListingOpened):
            self._listings.append(record.listing_id)
        if isinstance(record, EventScheduled):
            self._shows.append(record)

    def _say(self) -> Record:
        if self._dice.random() < 0.1:
            return self._say_about_a_show()
        make = self._dice.choice(PLACED)
        return make(self._dice, self._where(), self._dice.choice(self._holds), self._dice.choice(self._listings))

    def _where(self) -> Where:
        """Places that somebody named lately: some of the seats, or another quantity."""
        dice, heard = self._dice, self._dice.choice(self._places)
        where = {"event_id": heard.event_id, "section": heard.section}
        if heard.quantity:
            return where | {"quantity": max(1, heard.quantity * dice.randrange(1, 7) // 3)}
        return where | {"seats": heard.seats[: dice.randrange(1, len(heard.seats) + 1)]}

    def _say_about_a_show(self) -> Record:
        dice, show = self._dice, self._dice.choice(self._shows)
        level = dice.choice(["P1", "P2", "P3", "echo"])
        prices = (LevelPrice(level, dice.randrange(9_000), dice.randrange(2_000)),)
        return dice.choice(
            [
                EventRescheduled(event_id=show.event_id, starts_at=show.starts_at + timedelta(days=dice.randrange(3))),
                EventOnSaleChanged(event_id=show.event_id, on_sale=True, presale=dice.choice(["", "members"])),
                PricesSet(event_id=show.event_id, currency=show.currency, prices=prices),
                OfferPublished(
                    event_id=show.event_id,
                    offer_id=dice.choice(["echo", "double"]),
                    name="Two nights",
                    contains=dice.choice([(), (dice.choice(self._shows).event_id,), ("nothing known",)]),
                    limit_per_order=dice.randrange(4),
                ),
            ]
        )
