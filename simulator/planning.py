"""
From programmes to shows: who plays where, when, for how much, and how many will want to see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import msgspec

from inventory_stream.records.catalogue import LevelPrice
from simulator import names
from simulator.clock import DAY_US, HOUR_S, SECOND_US
from simulator.plans import Programme, SupplyPlan
from simulator.shows import Plan
from simulator.venues import Venue

USUAL_CENTS = {
    "arena": 5_500,
    "stadium": 6_500,
    "theatre": 5_000,
    "club": 2_800,
    "festival": 8_900,
    "amphitheatre": 4_500,
    "race_track": 3_500,
    "studio": 2_400,
}
"""What the cheapest level usually costs, by kind (face value)."""

CATEGORIES = {
    "arena": ("music", "sport", "comedy"),
    "stadium": ("sport", "music"),
    "theatre": ("theatre", "music", "comedy"),
    "club": ("music", "comedy"),
    "festival": ("music",),
    "amphitheatre": ("music", "comedy"),
    "race_track": ("sport",),
    "studio": ("comedy", "theatre"),
}
FEE_PERCENT, FEE_CENTS = 22, 300  # about 27 % of a ticket of 60 dollars
OPENING_US = int(15 * HOUR_S) * SECOND_US  # 15:00 UTC: ten in the morning in the east
CURTAIN_US = int(24.5 * HOUR_S) * SECOND_US  # half past midnight UTC: half past seven in the evening before
HALF_HOUR_US = 1_800 * SECOND_US


class Planner:
    """
    Plans the shows of one run, numbers them, and keeps the diaries of the venues: no house plays twice a night.
    """

    def __init__(self, run: str, venues: Sequence[Venue], supply: SupplyPlan) -> None:
        self._run = run
        self._venues = venues
        self._supply = supply
        self._numbers = 0
        self._diaries: dict[str, set[int]] = {}

    def tour(self, programme: Programme, now_us: int, dice: Random) -> list[Plan]:
        """
        Return the dates of the next tour of a programme, announced now.
        """
        houses = self._houses(programme, dice)
        attraction = dice.choice(_playing(programme, houses[0].kind))
        title = dice.choice(names.TOURS) if attraction[1] == "music" and len(houses) > 1 else ""
        popularity = _between(programme.popularity, dice.random(), steep=True)
        on_sale_us = _on_sale(now_us, _between(programme.notice_days, dice.random()) + programme.presale_days)
        first_us = on_sale_us + round(_between(programme.lead_days, dice.random()) * DAY_US)
        unlucky = int(dice.random() * len(houses)) if programme.fate else -1
        tour_id = f"{self._run}-e{self._numbers}"
        plans = []
        for date, house in enumerate(houses):
            markup = _between(programme.markup, dice.random())
            plan = self.show(house, attraction, title, popularity * (0.8 + 0.45 * dice.random()), markup)
            opens_us = on_sale_us + round(date * programme.stagger_hours * HOUR_S) * SECOND_US
            plans.append(
                msgspec.structs.replace(
                    plan,
                    prices=_priced(house, round(programme.price_cents * markup))
                    if programme.price_cents
                    else plan.prices,
                    tour_id=tour_id,
                    announced_us=now_us,
                    presale_us=opens_us - round(programme.presale_days * DAY_US),
                    on_sale_us=opens_us,
                    starts_us=self._night(house, first_us + round(date * programme.gap_days * DAY_US), opens_us),
                    late=programme.late,
                    package=programme.package,
                    fate=programme.fate if date == unlucky else self._fate(dice.random()),
                )
            )
        return plans

    def show(
        self, venue: Venue, attraction: tuple[str, str, str], title: str, popularity: float, markup: float
    ) -> Plan:
        """
        Return the next show: number, name, prices and how many want to see it. Its times are still to be said.
        """
        event_id = f"{self._run}-e{self._numbers}"
        self._numbers += 1
        name, category, genre = attraction
        usual = USUAL_CENTS[venue.kind] * (0.75 + 0.35 * min(popularity, 3.0))
        return Plan(
            event_id=event_id,
            name=f"{name}: {title}" if title else name,
            venue=venue,
            attraction=name,
            tour=title,
            tour_id=event_id,
            category=category,
            genre=genre,
            prices=_priced(venue, int(usual * markup)),
            announced_us=0,
            presale_us=0,
            on_sale_us=0,
            starts_us=0,
            wanted=int(popularity * venue.capacity),
            pull=min(1.0, popularity / 2),
            markup=markup,
        )

    def _houses(self, programme: Programme, dice: Random) -> list[Venue]:
        """
        Return a venue for each date; a tour visits one town after the other, and all of them before it returns.
        """
        fitting = [venue for venue in self._venues if not programme.kinds or venue.kind in programme.kinds]
        fitting = fitting or list(self._venues)
        dates = int(_between(programme.dates, dice.random(), whole=True))
        if programme.residency:
            return [dice.choice(fitting)] * dates
        dice.shuffle(fitting)
        return [fitting[date % len(fitting)] for date in range(dates)]

    def _night(self, venue: Venue, wanted_us: int, on_sale_us: int) -> int:
        """
        Return when the show begins: on the evening wanted, or the next one that is free.
        """
        if wanted_us - on_sale_us < 2 * DAY_US:
            return wanted_us // HALF_HOUR_US * HALF_HOUR_US
        diary = self._diaries.setdefault(venue.defined.venue_id, set())
        night = wanted_us // DAY_US
        while night in diary:
            night += 1
        diary.difference_update([past for past in diary if past < on_sale_us // DAY_US])
        diary.add(night)
        return night * DAY_US + CURTAIN_US

    def _fate(self, draw: float) -> str:
        if draw < self._supply.cancelled:
            return "cancelled"
        return "moved" if draw < self._supply.cancelled + self._supply.moved else ""


def _playing(programme: Programme, kind: str) -> list[tuple[str, str, str]]:
    """
    Return the attractions that fit a programme and a kind of venue.
    """
    wanted = (programme.category,) if programme.category else CATEGORIES[kind]
    return [attraction for attraction in names.ATTRACTIONS if attraction[1] in wanted]


def _priced(venue: Venue, cheapest_cents: int) -> tuple[LevelPrice, ...]:
    """
    Return a price for every price level of the venue's chart, the dearest level first.
    """
    levels = venue.price_levels
    return tuple(
        LevelPrice(level, face, face * FEE_PERCENT // 100 + FEE_CENTS)
        for place, level in enumerate(levels)
        if (face := max(100, cheapest_cents * (len(levels) + 2 - place) // 3 // 50 * 50))
    )


def _on_sale(now_us: int, days: float) -> int:
    """
    Return when a sale opens: in the morning, unless it is sooner than a day from now.
    """
    opens_us = now_us + round(days * DAY_US)
    return opens_us // DAY_US * DAY_US + OPENING_US if days >= 1 else opens_us


def _between(bounds: tuple[float, float], draw: float, *, steep: bool = False, whole: bool = False) -> float:
    """
    Return a value of a range: evenly, by equal factors (`steep`), or of the whole numbers of the range.
    """
    least, most = bounds
    if whole:
        return int(least + draw * (most - least + 1))
    return least * (most / least) ** draw if steep else least + draw * (most - least)
