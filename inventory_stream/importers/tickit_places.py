"""
What TICKIT's venue file leaves open and a chart needs: the kind of a venue, its size, its time zone and country.
"""

import re
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from inventory_stream.importers.problems import ImportRefused, Problem
from inventory_stream.importers.tickit_files import VENUES, Venue


class Kind(NamedTuple):
    """
    A kind of venue: the chart generator, and the capacity of a venue of this kind whose size is not known.
    """

    chart: str
    capacity: int


# The first pattern that is found in "name, city" decides; whatever has no pattern is an arena.
_KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"\bopera\b", Kind("theatre", 2_400)),
        (r"\bcarnegie hall\b|lincoln center", Kind("theatre", 2_700)),
        (r"amphitheat|winery|villa|greek theatre|^saratoga springs", Kind("amphitheatre", 8_000)),
        (r"theat(re|er)|playhouse|\bhall\b|studio 54", Kind("theatre", 1_400)),
        (r"las vegas$", Kind("club", 1_800)),
        (r"ball ?park|yankee|shea stadium|chase field", Kind("stadium", 43_000)),
        (r"stadium|\bpark\b|\bfield\b|\bdome\b|superdome", Kind("stadium", 27_000)),
    )
)
_ARENA = Kind("arena", 18_500)
_LARGEST_ARENA = 30_000

_EASTERN, _CENTRAL, _MOUNTAIN, _PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
_ZONES = {
    **dict.fromkeys(("NY", "OH", "FL", "PA", "MI", "MD", "MA", "DC", "NJ", "NC", "GA", "IN", "SC"), _EASTERN),
    **dict.fromkeys(("TX", "IL", "MO", "MN", "WI", "TN", "LA", "OK", "KS"), _CENTRAL),
    **dict.fromkeys(("CO", "UT"), _MOUNTAIN),
    **dict.fromkeys(("CA", "NV", "WA", "OR"), _PACIFIC),
    "AZ": "America/Phoenix",
    "ON": "America/Toronto",
    "QC": "America/Toronto",
    "AB": "America/Edmonton",
    "BC": "America/Vancouver",
}
_CANADA = frozenset(("ON", "QC", "AB", "BC", "MB", "SK", "NS", "NB", "NL", "PE"))


def venue_kind(venue: Venue) -> Kind:
    """
    Return kind and capacity of a venue, by its name where the file gives no size.
    """
    words = f"{venue.name}, {venue.city}"
    kind = next((kind for pattern, kind in _KINDS if pattern.search(words)), _ARENA)
    if kind.chart == "arena" and venue.seats > _LARGEST_ARENA:
        kind = Kind("stadium", venue.seats)
    return kind._replace(capacity=venue.seats or kind.capacity)


def venue_country(venue: Venue) -> str:
    """
    Return the ISO 3166 code of the venue's country; TICKIT knows two.
    """
    return "CA" if venue.region in _CANADA else "US"


def venue_currency(venue: Venue) -> str:
    """
    Return the ISO 4217 code of the currency that tickets of the venue are sold in.
    """
    return "CAD" if venue.region in _CANADA else "USD"


def venue_zone(venue: Venue) -> ZoneInfo:
    """
    Return the time zone of the venue's region.

    Raises:
        ValueError: the region is not known.
        ImportRefused: this machine has no time zone data.
    """
    name = _ZONES.get(venue.region)
    if name is None:
        raise ValueError(f"venuestate: the time zone of '{venue.region[:40]}' is not known")
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        reason = "this machine has no time zone data: install the system's tzdata package, or `pip install tzdata`"
        raise ImportRefused([Problem(VENUES, "all lines", reason)]) from None
