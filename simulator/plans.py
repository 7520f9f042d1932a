"""
What a scenario may say about supply, demand and people. Every field has a default; ranges are [least, most].
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
Amount = Annotated[float, msgspec.Meta(ge=0)]
Whole = Annotated[int, msgspec.Meta(ge=1)]
Kind = Literal["arena", "stadium", "theatre", "club", "festival", "amphitheatre", "race_track", "studio"]

USUAL_VENUES: tuple[tuple[Kind, int], ...] = (
    ("arena", 2),
    ("theatre", 2),
    ("club", 2),
    ("stadium", 1),
    ("festival", 1),
)


class Programme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Shows that are planned alike: a tour, a run in one house, single nights; once, or again and again.

    Attributes:
        kinds: of venues where they play; any when empty.
        category: music, sport, theatre or comedy; any when empty.
        first_day: when the first is announced (days since the start).
        every_days: and then again so often; 0: once.
        times: how often altogether; 0: until the world ends.
        dates: shows of one tour or run (count).
        residency: all dates in one house; otherwise each in another town.
        popularity: tickets that people want, as a multiple of the places of a date.
        notice_days: from the announcement to the first sale.
        presale_days: how long a presale for members lasts before the general sale; 0: none.
        stagger_hours: how much later each further date of a tour goes on sale.
        lead_days: from the general sale to the first show.
        gap_days: between the dates of a tour.
        late: visits in the last week, as a multiple of the demand's `last_week`.
        price_cents: the cheapest level's usual face value; 0: what is usual for the kind of venue.
        markup: prices, as a multiple of what people are used to pay.
        package: sell the best seats with lounge and parking as well.
        fate: what becomes of one of the dates for certain.
    """

    kinds: tuple[Kind, ...] = ()
    category: Literal["", "music", "sport", "theatre", "comedy"] = ""
    first_day: Amount = 0.0
    every_days: Amount = 0.0
    times: Annotated[int, msgspec.Meta(ge=0)] = 0
    dates: tuple[Whole, Whole] = (1, 1)
    residency: bool = False
    popularity: tuple[Positive, Positive] = (0.3, 1.5)
    notice_days: tuple[Amount, Amount] = (2.0, 7.0)
    presale_days: Amount = 0.0
    stagger_hours: Amount = 0.0
    lead_days: tuple[Positive, Positive] = (14.0, 45.0)
    gap_days: Positive = 2.0
    late: Amount = 1.0
    price_cents: Annotated[int, msgspec.Meta(ge=0, le=10**7)] = 0
    markup: tuple[Positive, Positive] = (0.85, 1.2)
    package: bool = False
    fate: Literal["", "cancelled", "moved"] = ""


class SupplyPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    What is on and where.

    Attributes:
        venues: how many of each kind (count).
        scale: multiplies the places of generated venues.
        held_back: places kept for the house and the production until shortly before the show (share of the seats).
        cancelled, moved: shows that do not take place, or at another time (share).
        programmes: what plays.
    """

    venues: dict[Kind, Whole] = msgspec.field(default_factory=lambda: dict(USUAL_VENUES))
    scale: Positive = 1.0
    held_back: Share = 0.04
    cancelled: Share = 0.02
    moved: Share = 0.02
    programmes: tuple[Programme, ...] = (Programme(every_days=1.0),)


class DemandPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Who comes when, and what they do when they cannot have what they wanted.

    Attributes:
        volume: multiplies how many people come.
        lookers: visits of people who only look, for each of somebody who means to buy (count).
        first_day: visits on the first day of a sale (share); up to three times as many where many want to come.
        last_week: visits in the last seven days (share).
        local: visitors from the region of the venue (share).
        substitution: those who look at another date of the tour when theirs is sold out or too dear (share).
        comes_back: those who try again some hours later after they failed or thought it over (share).
        groups: tickets sold over the counter to schools, clubs and agents (share of what people want).
    """

    volume: Positive = 1.0
    lookers: Amount = 3.0
    first_day: Share = 0.15
    last_week: Share = 0.35
    local: Share = 0.8
    substitution: Share = 0.5
    comes_back: Share = 0.3
    groups: Share = 0.22


class FansPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Who the ordinary people are.

    Attributes:
        population: how many there are (count).
        families, couples: households of four and of two (share of all homes); they share a network and a computer.
        family_cards: people in a household who pay with the card of the household (share).
        dormitories: people whose network at home is that of forty others (share).
        offices: people who also come from an office's network (share).
        collectors: people who come to everything and are quick (share).
        budget_spread: how much people differ in what a show is worth to them (standard deviation of the logarithm);
            the smaller, the more of them a dearer price drives away.
    """

    population: Whole = 20_000
    families: Share = 0.15
    couples: Share = 0.25
    family_cards: Share = 0.5
    dormitories: Share = 0.06
    offices: Share = 0.2
    collectors: Share = 0.01
    budget_spread: Amount = 0.45
