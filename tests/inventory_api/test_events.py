"""
What the projection keeps of events and their charts apart from places.
"""

from datetime import timedelta

import msgspec
import pytest

from inventory_api.tables import ChartRow as ChartTable
from inventory_api.tables import EventRow, OfferRow
from inventory_stream.records.catalogue import (
    ChartRow,
    ChartSeat,
    ChartSectionMapped,
    EventRescheduled,
    LevelPrice,
    OfferPublished,
    OfferWithdrawn,
    PricesSet,
)
from tests.support.driven import driven
from tests.support.places import START, scheduled

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ([], None),
        ([START + DAY], START),
        ([START + DAY, START + 2 * DAY], START),
        ([START + DAY, START], None),
        ([START + DAY, START, START + 2 * DAY], START),
        ([START], None),
    ],
)
def test_a_moved_event_says_where_it_was_first(starts, expected):
    """
    The start on people's tickets, however often it moves; nothing when that is the start again.
    """
    driver = driven(*(EventRescheduled(event_id="e1", starts_at=start) for start in starts))

    (row,) = driver.rows(EventRow)
    assert (row["starts_at"], row["moved_from"]) == ([START, *starts][-1], expected)


def test_a_description_said_again_keeps_the_first_start():
    """
    A catalogue that is exported again after a move says the new start as if there had never been another.
    """
    again = msgspec.structs.replace(scheduled(), starts_at=START + DAY)

    driver = driven(EventRescheduled(event_id="e1", starts_at=START + DAY), again)

    assert driver.rows(EventRow)[0]["moved_from"] == START


def test_a_description_with_the_first_start_takes_a_move_back():
    """
    What is not moved any more does not say that it is.
    """
    driver = driven(EventRescheduled(event_id="e1", starts_at=START + DAY), scheduled())

    assert driver.rows(EventRow)[0]["moved_from"] is None


def test_a_chart_counts_its_accessible_seats():
    """
    Of each section; an area has none that are known.
    """
    seats = [ChartSeat(f"A-{n}", n, 0, accessible=n < 3, companion=n == 3) for n in range(1, 5)]
    chart = {"venue_id": "v1", "chart_id": "c1", "chart_version": 1}

    driver = driven(
        ChartSectionMapped(**chart, section="S", rows=(ChartRow("A", tuple(seats)),)),
        ChartSectionMapped(**chart, section="GA", kind="area", capacity=100),
    )

    assert [(row["section"], row["accessible"]) for row in driver.rows(ChartTable)] == [("GA", 0), ("S", 2)]


def test_prices_stay_unless_named():
    """
    Prices of levels that a record does not name stay.
    """
    prices = [PricesSet(event_id="e1", currency="EUR", prices=(LevelPrice(n, c, 5),)) for n, c in (("A", 1), ("B", 2))]

    driver = driven(*prices)

    assert driver.rows(EventRow)[0]["prices"] == '{"A":[1,5],"B":[2,5]}'


def test_an_event_that_moves_house_forgets_the_old_one():
    """
    The words of another venue are not known from this record.
    """
    there = scheduled(timezone="Europe/Paris")
    driver = driven(there, EventRescheduled(event_id="e1", starts_at=START, venue_id="v2"))

    (row,) = driver.rows(EventRow)
    assert (row["venue_id"], row["venue_name"], row["timezone"]) == ("v2", "", "")


def test_an_event_knows_the_clock_of_its_venue():
    """
    The time zone of the description is kept.
    """
    (row,) = driven(scheduled(timezone="Europe/Paris")).rows(EventRow)

    assert row["timezone"] == "Europe/Paris"


def test_a_withdrawn_offer_is_gone():
    """
    Offers come and go.
    """
    offers = [OfferPublished(event_id="e1", offer_id=o, name="Parking") for o in ("o1", "o2")]

    driver = driven(*offers, OfferWithdrawn(event_id="e1", offer_id="o1"))

    assert [row["offer_id"] for row in driver.rows(OfferRow)] == ["o2"]
