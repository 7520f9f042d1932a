"""
Any sequence of claims on a general-admission area, against a plain model.
"""

import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_api.tables import ClaimRow, ConflictRow, ListingRow, SectionStatusRow
from tests.support.driven import area
from tests.support.places import blocked, ended, held, listed, ordered, refunded, released, resold, unlisted

WORDS = ("free", "held", "sold", "blocked", "listed")
FIRST = 2  # offset of the first record after the event and its area
STEPS = (held, ended, ordered, ordered, refunded, listed, listed, unlisted, resold, blocked, released)


@st.composite
def claims(draw):
    """
    One record about some of ten places.
    """
    step, quantity = draw(st.sampled_from(STEPS)), draw(st.integers(1, 6))
    if step is released:
        return step, quantity, released(quantity=quantity, price_level="GA"), ""
    name = draw(st.sampled_from(["x1", "x2"]))
    if step in (held, ended):
        return step, quantity, step(quantity, hold=name), name
    if step is ordered:
        name = draw(st.sampled_from([name, ""]))
        return step, quantity, ordered(quantity, hold=name), name
    if step in (listed, unlisted, resold):
        return step, quantity, step(quantity, listing=name), name
    return step, quantity, step(quantity), name


class Model:
    """
    Counters; holds and listings with their quantity and the offset of their last record; the last sale and block.
    """

    def __init__(self):
        self.counts = Counter(free=10)
        self.holds, self.listings, self.last, self.conflicts = {}, {}, {}, {}

    def apply(self, offset, step, quantity, name):
        """
        Let one record have what it may have; note what it found when it lost some.
        """
        wanted, self.taken = quantity, None
        got = {
            held: self.hold,
            ended: self.end,
            ordered: self.sell,
            refunded: lambda offset, quantity, name: self.move("sold", "free", quantity),
            listed: self.list,
            unlisted: self.unlist,
            resold: self.resell,
            blocked: self.block,
            released: self.release,
        }[step](offset, quantity, name)
        if got < wanted:
            others = {
                "held": max((last for _, last in self.holds.values()), default=None),
                "listed": max((first for _, first in self.listings.values()), default=None),
                "sold": self.taken or self.last.get("sold"),
                "blocked": self.last.get("blocked"),
            }
            found = [(word, self.counts[word], others.get(word)) for word in WORDS if self.counts[word]]
            self.conflicts[offset] = (wanted - got, found)
        if got and step in (ordered, resold, blocked):
            self.last["blocked" if step is blocked else "sold"] = offset

    def move(self, source, target, quantity):
        """Move all or nothing."""
        if self.counts[source] < quantity:
            return 0
        self.counts[source] -= quantity
        self.counts[target] += quantity
        return quantity

    def hold(self, offset, quantity, name):
        """Hold free places."""
        got = self.move("free", "held", quantity)
        if got:
            self.holds[name] = (self.holds.get(name, (0, 0))[0] + got, offset)
        return got

    def take(self, kept, source, target, quantity, name):
        """Take what a hold or listing has."""
        has, offset = kept.get(name, (0, 0))
        got = self.move(source, target, min(has, quantity))
        if got:
            kept[name] = (has - got, offset)
            if has == got:
                del kept[name]
        return got

    def end(self, offset, quantity, name):
        """Free what a hold has."""
        return self.take(self.holds, "held", "free", quantity, name)

    def sell(self, offset, quantity, name):
        """Sell what the hold has and free places, or nothing."""
        mine = min(self.holds.get(name, (0, 0))[0], quantity)
        if quantity - mine > self.counts["free"]:
            return 0
        self.take(self.holds, "held", "sold", mine, name)
        return mine + self.move("free", "sold", quantity - mine)

    def list(self, offset, quantity, name):
        """List sold places under a new id."""
        if name in self.listings:
            self.taken = self.listings[name][1]
            return 0
        got = self.move("sold", "listed", quantity)
        if got:
            self.listings[name] = (got, offset)
        return got

    def unlist(self, offset, quantity, name):
        """Give back what a listing has."""
        return self.take(self.listings, "listed", "sold", quantity, name)

    def resell(self, offset, quantity, name):
        """Sell what a listing has."""
        return self.take(self.listings, "listed", "sold", quantity, name)

    def block(self, offset, quantity, name):
        """Block free places."""
        return self.move("free", "blocked", quantity)

    def release(self, offset, quantity, name):
        """Free what is blocked, then new places."""
        self.counts["blocked"] -= min(quantity, self.counts["blocked"])
        self.counts["free"] += quantity
        return quantity


def listed_conflicts(driver):
    """
    Return offset → (places lost, what was found), as the model has it.
    """
    taken = [(row["position"], WORDS[row["status"]]) for row in driver.rows(ClaimRow)]

    def other(row, status, position):
        before = (place for place, word in reversed(taken) if word == status and place < row["position"])
        return next(before, None) if position is None else position

    return {
        row["position"]: (
            row["count"],
            [(status, number, other(row, status, at)) for _, status, at, number in json.loads(row["places"])],
        )
        for row in driver.rows(ConflictRow)
    }


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.lists(claims(), max_size=8), st.lists(claims(), min_size=15, max_size=40)))
def test_an_area_ends_where_the_model_does(steps):
    """
    Counts, listings and conflicts, with the last records of those that took places.
    """
    model = Model()
    for offset, (step, quantity, _, name) in enumerate(steps, FIRST):
        model.apply(offset, step, quantity, name)

    driver = area(*(record for _, _, record, _ in steps))

    (row,) = driver.rows(SectionStatusRow)
    assert {word: row[word] for word in WORDS} == {word: model.counts[word] for word in WORDS}
    assert listed_conflicts(driver) == model.conflicts
    listings = driver.rows(ListingRow)
    assert model.listings == {row["listing_id"]: (*json.loads(row["places"]), row["position"]) for row in listings}
