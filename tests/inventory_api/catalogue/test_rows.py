"""
What the catalogue reads about an event from a real projection.
"""

from __future__ import annotations

import msgspec
import pytest
from seasons import event, mapped, offered, prices

from inventory_api.projection import InventoryProjection
from inventory_stream.records.catalogue import SeatsRepriced
from tests.support.places import at, held, ordered, released, unlisted
from tests.support.projected import Projected, follow


@pytest.fixture
def projected(database_url):
    """
    A projection with one event of four seats.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    projected.append(event(), released(), prices(A=9000, B=4000))
    yield projected
    projected.close()


def states(service):
    """
    All that the service's catalogue knows, by event.
    """
    return {state.event.event_id: state for state in service.state.catalogue.table.states}


def states_after(service, projected, *records):
    """
    What the catalogue knows about event e1 after each of some records, which it follows one by one.
    """

    async def act(client, reach):
        found = []
        for record in records:
            projected.append(record)
            await reach()
            found.append(states(service)["e1"])
        return found

    return follow(service, projected, act)


def test_prices_are_those_of_free_places(service, projected):
    """
    A section of several levels counts those that its free seats have.
    """
    steps = (SeatsRepriced(**at(["F-1", "F-2"]), price_level="B"), ordered(["F-3", "F-4"], hold=""))

    found = states_after(service, projected, *steps, ordered(["F-1", "F-2"], hold=""))

    assert [state.levels for state in found] == [("A", "B"), ("B",), ()]


def test_a_sold_out_section_has_no_price(service, projected):
    """
    Neither its level nor that of an area whose places are all held counts.
    """
    projected.append(released("e1", section="GA", quantity=2, price_level="C"), held(2, section="GA"))

    (state,) = states_after(service, projected, ordered(["F-1", "F-2", "F-3", "F-4"], hold=""))

    assert (state.counts, state.levels) == ((0, 2, 4, 0, 0), ())


def test_the_cheapest_listing_in_the_events_currency_counts(service, projected):
    """
    By total, while it is open.
    """
    projected.append(ordered(["F-1", "F-2", "F-3"], hold=""))
    opened = (offered(["F-1"], 5000), offered(["F-2"], 4000, "l2"), offered(["F-3"], 10, "l3", "JPY"))

    found = states_after(service, projected, *opened, unlisted(["F-2"], listing="l2"), unlisted(["F-1"]))

    assert [state.resale for state in found] == [(5000, 100), (4000, 100), (4000, 100), (5000, 100), None]


def test_accessible_seats_are_counted_while_they_are_free(service, projected):
    """
    Those of the chart that the event has: seat 5 is on the chart alone.
    """
    found = states_after(service, projected, mapped(1, 2, 5), ordered(["F-1"], hold=""), ordered(["F-2"], hold=""))

    assert [state.accessible for state in found] == [2, 1, 0]


def test_a_chart_mapped_anew_counts(service, projected):
    """
    Its record is about the venue, not the event.
    """
    found = states_after(service, projected, mapped(1, 2), ordered(["F-1"], hold=""), mapped(2, 3, 4))

    assert [state.accessible for state in found] == [2, 1, 3]


def test_another_charts_accessible_seats_do_not_count(service, projected):
    """
    Of another section or another version.
    """
    other = msgspec.structs.replace(mapped(1), chart_version=2)

    assert [state.accessible for state in states_after(service, projected, mapped(1, section="T"), other)] == [0, 0]
