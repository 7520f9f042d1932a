"""
The search against one that tries everything, in small houses of every shape.
"""

import numpy as np
from drawn import PRICES, drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_api.best_seats.house import ACCESSIBLE, COMPANION, RESTRICTED_VIEW, Cost
from inventory_api.best_seats.picks import Lack
from inventory_api.best_seats.quality import ONE
from inventory_api.best_seats.search import best_picks
from inventory_api.best_seats.wanted import Wanted

rows = st.text(alphabet="......xxacrR|12", min_size=1, max_size=9).map(lambda row: row.strip("|") or ".")
sections = st.lists(st.tuples(st.sampled_from(sorted(PRICES)), st.lists(rows, min_size=1, max_size=3)), min_size=1)
costs = st.sampled_from([2_000, 5_500, 9_000, 9_900, 12_000])
wanteds = st.builds(
    Wanted,
    quantity=st.integers(1, 5),
    max_price_cents=st.none() | costs,
    min_price_cents=st.none() | st.sampled_from([0, 5_500]),
    price_levels=st.sampled_from([frozenset(), frozenset(), frozenset({"P1", "P2"})]),
    accessible=st.booleans(),
    resale=st.booleans(),
    alternatives=st.integers(0, 3),
)


@st.composite
def houses(draw):
    """
    A house of up to three sections whose seats have mixed price levels.
    """
    lines = []
    for number, (level, section) in enumerate(draw(sections)[:3]):
        lines += [f"S{number} {level}", *(f"{row}: {text}" for row, text in enumerate(section))]
    house = drawn("\n".join(lines), asked={"1": Cost(draw(costs), 0), "2": Cost(draw(costs), 0)})
    if draw(st.booleans()):
        size = len(house.free)
        house.seating.level[:] = draw(
            st.lists(st.integers(0, len(house.seating.levels) - 1), min_size=size, max_size=size)
        )
    return house


class Plain:
    """
    The rules, written down plainly.
    """

    def __init__(self, house, wanted):
        self.house, self.wanted, self.seating = house, wanted, house.seating
        listings = house.resale.listings
        owners = zip(house.resale.seats.tolist(), house.resale.owners.tolist(), strict=True)
        self.owner = {seat: listings[number] for seat, number in owners}
        self.row = self.seating.row.tolist()
        self.totals = sorted({house.prices[level].total for level in self.seating.levels})

    def kind(self, seat):
        """
        What a seat could be given as: free, or somebody's; None when it could not.
        """
        kept = self.seating.flags[seat] & (ACCESSIBLE | COMPANION)
        if kept and not self.wanted.accessible:
            return None
        if self.house.free[seat]:
            return "free"
        return self.owner[seat].listing_id if seat in self.owner and self.wanted.resale else None

    def beside(self, seat, other):
        """
        Whether two seats, of which the second follows, are neighbours of one kind.
        """
        return bool(self.seating.joined[seat]) and self.kind(other) is not None and self.kind(seat) == self.kind(other)

    def run(self, seat, step):
        """
        How many seats follow this one in a direction.
        """
        count, there = 0, seat + step
        while 0 <= there < len(self.row) and self.beside(min(there, there - step), max(there, there - step)):
            count, there = count + 1, there + step
        return count

    def given(self, seat):
        """
        Whether this seat may be given.
        """
        kind, level = self.kind(seat), self.seating.levels[self.seating.level[seat]]
        if kind is None or (self.wanted.price_levels and level not in self.wanted.price_levels):
            return False
        if kind == "free":
            return self.wanted.affords(self.house.prices[level].total)
        return self.wanted.affords(self.owner[seat].face_cents + self.owner[seat].fees_cents)

    def blocks(self):
        """
        Every block that may be given, by what decides: the smallest is the best.
        """
        size = self.wanted.quantity
        found = []
        for first in range(len(self.row) - size + 1):
            seats = range(first, first + size)
            together = all(self.beside(seat, seat + 1) for seat in seats[:-1])
            accessible = sum(bool(self.seating.flags[seat] & ACCESSIBLE) for seat in seats)
            if not together or not all(map(self.given, seats)) or (self.wanted.accessible and not accessible):
                continue
            singles = (self.run(first, -1) == 1) + (self.run(seats[-1], 1) == 1)
            spare = accessible - 1 if self.wanted.accessible else 0
            found.append((singles, spare, -self.score(seats), first))
        return sorted(found)

    def score(self, seats):
        """
        The score of a block.
        """
        width = self.row.count(self.row[seats[0]])
        place = seats[0] - self.row.index(self.row[seats[0]])
        off = abs(2 * place + len(seats) - width)
        aisle = seats[0] == 0 or not self.seating.joined[seats[0] - 1] or not self.seating.joined[seats[-1]]
        each = 15 * (ONE - ONE * off // max(width - 1, 1)) + 5 * ONE * bool(aisle)
        return sum(each + self.points(seat) for seat in seats)

    def points(self, seat):
        """
        The points of a seat wherever its block is.
        """
        total = self.house.prices[self.seating.levels[self.seating.level[seat]]].total
        steps = len(self.totals) - 1
        level = ONE * self.totals.index(total) // steps if steps else ONE
        front = [self.row[first] for first in self.seating.firsts.tolist()]
        depths = [row - max(first for first in front if first <= row) for row in self.row]
        view = 0 if self.seating.flags[seat] & RESTRICTED_VIEW else ONE
        return 40 * level + 25 * (ONE - ONE * depths[seat] // max(*depths, 1, 1)) + 15 * view


@settings(max_examples=300, deadline=None)
@given(houses(), wanteds)
def test_the_best_block_is_that_of_trying_everything(house, wanted):
    """
    The same block with the same score, or none where there is none.
    """
    blocks = Plain(house, wanted).blocks()
    found = best_picks(house, wanted)

    if blocks:
        singles, _, score, first = blocks[0]
        pick = found[0]
        assert (pick.singles, -pick.points.score(), pick.groups[0].first) == (singles, score, first)
    else:
        assert isinstance(found, Lack)


@settings(max_examples=150, deadline=None)
@given(houses(), wanteds)
def test_what_is_given_is_free_and_given_once(house, wanted):
    """
    No seat that is taken, none twice, none that is too dear; whole blocks; the best first; the same again each time.
    """
    found = best_picks(house, wanted)
    picks = [] if isinstance(found, Lack) else found
    blocks = [range(group.first, group.first + group.size) for pick in picks for group in pick.groups]
    seats = [seat for block in blocks for seat in block]

    plain = Plain(house, wanted)
    assert all(map(plain.given, seats))
    assert len(set(seats)) == len(seats)
    assert all(len(block) == wanted.quantity for block in blocks)
    assert [pick.rank for pick in picks] == sorted((pick.rank for pick in picks), reverse=True)
    assert best_picks(house, wanted) == found


@settings(max_examples=150, deadline=None)
@given(houses(), wanteds, st.data())
def test_a_seat_more_never_makes_it_worse(house, wanted, data):
    """
    When a seat becomes free, the best block is as good or better, unless the former one would now strand a seat.
    """
    before = best_picks(house, wanted)
    if isinstance(before, Lack) or before[0].groups[0].listing:
        return
    freed = data.draw(st.integers(0, len(house.free) - 1))
    if house.free[freed] or freed in Plain(house, wanted).owner:
        return
    house.free[freed] = True
    blocks = Plain(house, wanted).blocks()
    same = next(block for block in blocks if block[3] == before[0].groups[0].first)
    after = best_picks(house, wanted)
    if same[0] <= before[0].singles:
        assert after[0].rank >= before[0].rank


def runs_of(plain):
    """
    How many seats could be given in a row, for every row of them.
    """
    lengths, count = [], 0
    for seat in range(len(plain.row)):
        if plain.given(seat):
            count += 1
        if count and not (plain.given(seat) and plain.given(seat + 1) if plain.seating.joined[seat] else False):
            lengths.append(count)
            count = 0
    return sorted(lengths, reverse=True)


def fewest(lengths, quantity, least):
    """
    The fewest groups of at least `least` that hold a party, each in a run of its own; 0 when they cannot.
    """
    for count in range(2, quantity // least + 1):
        usable = [length for length in lengths if length >= least][:count]
        if len(usable) == count and sum(usable) >= quantity:
            return count
    return 0


@settings(max_examples=300, deadline=None)
@given(houses(), st.integers(2, 9))
def test_a_party_is_split_as_little_as_can_be(house, quantity):
    """
    Few groups, none of one if that can be, all of them free, each together, no two beside each other.
    """
    wanted = Wanted(quantity, split=True)
    plain = Plain(house, wanted)
    lengths = runs_of(plain)
    found = best_picks(house, wanted)
    expected = fewest(lengths, quantity, 2) or fewest(lengths, quantity, 1)
    if lengths and lengths[0] >= quantity:
        assert len(found[0].groups) == 1
        return
    assert isinstance(found, Lack) == (not expected)
    if expected:
        groups = found[0].groups
        seats = sorted(seat for group in groups for seat in range(group.first, group.first + group.size))
        assert (len(groups), len(set(seats))) == (expected, quantity)
        assert all(map(plain.given, seats))
        assert (min(group.size for group in groups) > 1) == bool(fewest(lengths, quantity, 2))
        assert sum(np.diff(seats) == 1) >= quantity - expected
