"""
Places as the plainest rules have them: a dict of seats, each with its status and the record that has it.
"""

from inventory_stream.records.catalogue import SeatsBlocked, SeatsReleased
from inventory_stream.records.inventory import (
    HoldEnded,
    ListingEnded,
    ListingOpened,
    ListingSold,
    OrderPlaced,
    OrderRefunded,
    SeatsHeld,
)


class Seat:
    """
    One seat. `by` is the position of the record that has it, `owner` its hold or listing.
    """

    def __init__(self):
        self.status, self.by, self.owner, self.sold_by = "free", None, "", None

    def become(self, status, by=None, owner=""):
        """
        Take a status; a seat that is sold remembers by which record, also while it is listed.
        """
        self.status, self.by, self.owner = status, by, owner
        if status == "sold":
            self.sold_by = by


class Model:
    """
    Takes records one by one. `conflicts`: position of a record → [(label, status found, position of the other)].
    """

    def __init__(self):
        self.seats, self.listings, self.conflicts = {}, {}, {}

    def apply(self, position, record):
        """
        Let a record have those of its seats that it may have.
        """
        step = RULES[type(record)]
        labels = record.labels() if isinstance(record, SeatsReleased) else record.seats
        lost = []
        for label in labels:
            seat = self.seats.setdefault((record.event_id, label), Seat())
            if not step(self, seat, record, position):
                lost.append((label, seat.status, seat.by))
        if isinstance(record, ListingOpened):
            self.close(record, position, lost)
        if lost:
            self.conflicts[position] = lost

    def close(self, record, position, lost):
        """
        Note that a listing is open when it got a seat; what it was refused because its id is taken, the other has.
        """
        key = (record.event_id, record.listing_id)
        if key in self.open():
            first = self.listings.setdefault(key, position)
            lost[:] = [(label, status, first if status == "sold" else by) for label, status, by in lost]

    def open(self):
        """
        Return the listings that have a seat; forget the others.
        """
        found = {(event_id, seat.owner) for (event_id, _), seat in self.seats.items() if seat.status == "listed"}
        self.listings = {key: first for key, first in self.listings.items() if key in found}
        return found

    def holds(self, event_id, labels):
        """
        Return the open holds of an event: hold → indexes of its seats.
        """
        found = {}
        for place, label in enumerate(labels):
            seat = self.seats[event_id, label]
            if seat.status == "held":
                found.setdefault(seat.owner, []).append(place)
        return found

    def release(self, seat, record, position):
        """Free what is blocked."""
        if seat.status == "blocked":
            seat.become("free")
        return seat.status == "free"

    def block(self, seat, record, position):
        """Block what is free."""
        if seat.status != "free":
            return False
        seat.become("blocked", position)
        return True

    def hold(self, seat, record, position):
        """Hold what is free."""
        if seat.status != "free":
            return False
        seat.become("held", position, record.hold_id)
        return True

    def end(self, seat, record, position):
        """Free what this hold has."""
        if (seat.status, seat.owner) != ("held", record.hold_id):
            return False
        seat.become("free")
        return True

    def sell(self, seat, record, position):
        """Sell what is free, or held by this hold, or by any when none is named."""
        mine = seat.status == "held" and record.hold_id in ("", seat.owner)
        if seat.status != "free" and not mine:
            return False
        seat.become("sold", position)
        return True

    def refund(self, seat, record, position):
        """Free what is sold."""
        if seat.status != "sold":
            return False
        seat.become("free")
        return True

    def list(self, seat, record, position):
        """List what is sold, unless an earlier record's listing has the id."""
        self.open()
        taken = self.listings.get((record.event_id, record.listing_id), position) != position
        if seat.status != "sold" or taken:
            return False
        seat.become("listed", position, record.listing_id)
        self.listings[record.event_id, record.listing_id] = position
        return True

    def unlist(self, seat, record, position):
        """Give back what this listing has, to who bought it before."""
        if (seat.status, seat.owner) != ("listed", record.listing_id):
            return False
        seat.become("sold", seat.sold_by)
        return True

    def resell(self, seat, record, position):
        """Sell what this listing has."""
        if (seat.status, seat.owner) != ("listed", record.listing_id):
            return False
        seat.become("sold", position)
        return True


RULES = {
    SeatsReleased: Model.release,
    SeatsBlocked: Model.block,
    SeatsHeld: Model.hold,
    HoldEnded: Model.end,
    OrderPlaced: Model.sell,
    OrderRefunded: Model.refund,
    ListingOpened: Model.list,
    ListingEnded: Model.unlist,
    ListingSold: Model.resell,
}
