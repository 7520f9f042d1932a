"""
The answer about the best seats of an event, in the form of `schemas.best_seats.BestSeats`.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from inventory_api.best_seats.house import ACCESSIBLE, COMPANION, RESTRICTED_VIEW, Cost, House
from inventory_api.best_seats.houses import house_of
from inventory_api.best_seats.picks import Group, Lack, Pick
from inventory_api.best_seats.quality import ONE, WHOLE
from inventory_api.best_seats.search import best_picks
from inventory_api.best_seats.wanted import Wanted
from inventory_api.best_seats.ways import Way, Ways, ways_for
from inventory_api.bundles import Bundled
from inventory_api.live.event import LiveEvent
from inventory_api.seats.map import SeatMap
from inventory_api.words import event_status
from inventory_stream.web import FieldError, UnprocessableRequest

_CLOSED = ("cancelled", "past", "not_yet_on_sale", "paused")


def best_seats(live: LiveEvent, seat_map: SeatMap, wanted: Wanted, now: datetime, bundled: Bundled) -> dict[str, Any]:
    """
    Return the best places that are left of an event, or why there are none.

    Raises:
        UnprocessableRequest: the event has no such section or price level.
    """
    _check(live, seat_map, wanted)
    status = event_status(live.event, live.totals(), now)
    found: list[Pick] | Lack = Lack(status)
    picks: list[dict[str, Any]] = []
    if status not in _CLOSED:
        house = house_of(live, seat_map, wanted, now, bundled)
        found = best_picks(house, wanted)
        telling = _Telling(house, seat_map, ways_for(house, wanted))
        picks = [] if isinstance(found, Lack) else [telling.pick(pick) for pick in found]
    return {
        "event_id": live.event.event_id,
        "status": status,
        "presale": live.event.presale,
        "currency": live.event.currency,
        "quantity": wanted.quantity,
        "picks": picks,
        "reason": found.reason if isinstance(found, Lack) else None,
        "largest_block": found.largest if isinstance(found, Lack) else None,
    }


def _check(live: LiveEvent, seat_map: SeatMap, wanted: Wanted) -> None:
    known = {part.name for part in live.parts}
    levels = {*seat_map.levels, *live.event.prices}
    for field, names, there in (("section", wanted.sections, known), ("price_level", wanted.price_levels, levels)):
        if not names <= there:
            name = min(names - there)
            raise UnprocessableRequest(errors=[FieldError(field, "query", f"the event has none called {name}")])


class _Telling:
    """
    Puts picks into words.
    """

    def __init__(self, house: House, seat_map: SeatMap, ways: Ways) -> None:
        self._house, self._map = house, seat_map
        self._plain = next((way for way in ways if way.package is None), None)
        self._packages = [way for way in ways if way.package is not None]

    def pick(self, pick: Pick) -> dict[str, Any]:
        """Return what is said about a pick."""
        size = sum(group.size for group in pick.groups)
        resale = pick.groups[0].listing is not None
        because = {name: round(points / (size * ONE), 3) for name, points in pick.points._asdict().items()}
        return {
            "quality": round(pick.points.score() / (size * WHOLE), 4),
            "because": because,
            "single_seats_left": pick.singles,
            "groups": [self._group(group) for group in pick.groups],
            "price": self._total(self._plain, pick),
            "packages": [] if resale else [told for way in self._packages for told in self._package(way, pick)],
        }

    def _package(self, way: Way, pick: Pick) -> Iterable[dict[str, Any]]:
        price, offer = self._total(way, pick), way.package
        if price and offer:
            contains = list(offer.contains)
            yield {"offer_id": offer.offer_id, "name": offer.name, "contains": contains, "price": price}

    def _total(self, way: Way | None, pick: Pick) -> dict[str, int] | None:
        """Return what a pick costs, None where it cannot be bought this way."""
        costs = [cost for group in pick.groups for cost in self._costs(way, group)]
        known = [cost for cost in costs if cost]
        if len(known) < len(costs):
            return None
        return cost_content(Cost(sum(cost.face for cost in known), sum(cost.fees for cost in known)))

    def _costs(self, way: Way | None, group: Group) -> list[Cost | None]:
        if group.listing:
            return [Cost(group.listing.face_cents, group.listing.fees_cents)] * group.size
        costs = way.costs if way else {}
        return [costs.get(level) for level in self._levels(group)]

    def _levels(self, group: Group) -> list[str]:
        if group.kind == "area":
            return [group.price_level] * group.size
        levels = self._map.levels
        return [levels[level] for level in self._map.level[group.first : group.first + group.size].tolist()]

    def _group(self, group: Group) -> dict[str, Any]:
        costs = [cost_content(cost) if cost else None for cost in self._costs(self._plain, group)]
        area = group.kind == "area"
        return {
            "kind": group.kind,
            "section": group.section,
            "row": None if area else self._row(group.first),
            "quantity": group.size,
            "seats": [] if area else self._seats(group, costs),
            "price_level": group.price_level if area else None,
            "price_each": costs[0] if area else None,
            "listing_id": group.listing.listing_id if group.listing else None,
        }

    def _row(self, seat: int) -> str:
        rows = self._map.sections[self._map.section_of(seat)].rows
        return rows[bisect_right(rows, seat, key=lambda row: row.first) - 1].label

    def _seats(self, group: Group, costs: list[dict[str, int] | None]) -> list[dict[str, Any]]:
        seats = range(group.first, group.first + group.size)
        return [
            {
                "seat": self._map.label(seat),
                "price_level": level,
                "price": cost,
                "accessible": bool(flags & ACCESSIBLE),
                "companion": bool(flags & COMPANION),
                "restricted_view": bool(flags & RESTRICTED_VIEW),
            }
            for seat, level, cost, flags in zip(
                seats, self._levels(group), costs, self._map.flags[seats.start : seats.stop].tolist(), strict=True
            )
        ]


def cost_content(cost: Cost) -> dict[str, int]:
    """
    Return a cost in the form of `schemas.prices.Cost`.
    """
    return {"face_cents": cost.face, "fees_cents": cost.fees, "total_cents": cost.total}
