"""
How places of an event can be bought, over a real projection.
"""

from datetime import UTC, datetime, timedelta

import pytest
from housed import FUTURE, offer
from places import at, listed, ordered, released
from projected import ask, follow

from inventory_api.live.event import LiveEvent
from inventory_api.live.pictures import events
from inventory_api.offers import encode_offers, offers_of
from inventory_stream.records.catalogue import (
    EventCancelled,
    EventOnSaleChanged,
    OfferWithdrawn,
    SeatsRepriced,
)
from inventory_stream.records.inventory import ListingOpened

PATH = "/v1/events/e1/offers"


def test_prices_come_with_fees_and_free_places(offers):
    """
    A row for each priced level, also for one that has no places.
    """
    found = offers(ordered(["F-1"], hold=""))

    assert found["currency"] == "EUR"
    assert found["prices"] == [
        {
            "price_level": "A",
            "face_cents": 9000,
            "fees_cents": 900,
            "total_cents": 9900,
            "free": 3,
            "limit_per_order": None,
        },
        {
            "price_level": "B",
            "face_cents": 4000,
            "fees_cents": 400,
            "total_cents": 4400,
            "free": 0,
            "limit_per_order": None,
        },
    ]


def test_a_package_says_what_it_contains(offers):
    """
    Its words, its price, its limit, its levels; how many places are left for it.
    """
    lounge = offer(
        price_levels=("A",), contains=("lounge", "parking"), face_cents=15_000, fees_cents=900, limit_per_order=4
    )
    (found,) = offers(lounge, ordered(["F-1"], hold=""))["offers"]

    assert (found["kind"], found["contains"], found["limit_per_order"]) == ("package", ["lounge", "parking"], 4)
    assert found["price"] == {"face_cents": 15_000, "fees_cents": 900, "total_cents": 15_900}
    assert (found["price_levels"], found["fulfillable"], found["events"]) == (["A"], 3, [])


def test_an_offer_without_levels_is_for_all(offers):
    """
    And without a price of its own it costs what the level does.
    """
    (found,) = offers(offer(), SeatsRepriced(**at(["F-1"]), price_level="B"))["offers"]

    assert (found["kind"], found["price"], found["limit_per_order"]) == ("standard", None, None)
    assert (found["price_levels"], found["fulfillable"]) == (["A", "B"], 4)


def test_a_withdrawn_offer_is_gone(offers):
    """
    What can no longer be bought is not shown.
    """
    assert offers(offer(), OfferWithdrawn(event_id="e1", offer_id="o1"))["offers"] == []


def test_limits_are_those_of_offers_whose_time_is_now(offers):
    """
    The most generous plain offer counts; one that is over, one for other levels and a package do not.
    """
    over = offer("o2", limit_per_order=50, ends_at=datetime(2020, 1, 1, tzinfo=UTC))
    package = offer("o3", limit_per_order=60, contains=("parking",))
    elsewhere = offer("o4", limit_per_order=70, price_levels=("B",))
    found = offers(offer(limit_per_order=2), offer("o5", limit_per_order=8), over, package, elsewhere)

    assert [row["limit_per_order"] for row in found["prices"]] == [8, 70]


def test_resale_stands_beside(offers):
    """
    Listings by total price, with their seats and the price of each.
    """
    cheap = ListingOpened(**at(["F-3"]), listing_id="l2", face_cents=50, fees_cents=7, currency="EUR")
    found = offers(ordered(["F-1", "F-2", "F-3"], hold=""), listed(["F-1", "F-2"]), cheap)["listings"]

    assert [(row["listing_id"], row["section"], row["seats"], row["quantity"]) for row in found] == [
        ("l2", "S", ["F-3"], 1),
        ("l1", "S", ["F-1", "F-2"], 2),
    ]
    assert found[0]["price"] == {"face_cents": 50, "fees_cents": 7, "total_cents": 57}
    assert [row["currency"] for row in found] == ["EUR", "USD"]


def test_a_listed_area_has_a_quantity(offers):
    """
    Places without seats are counted.
    """
    area = {"section": "GA"}
    (found,) = offers(released(**area, quantity=10, price_level="B"), ordered(3, hold="", **area), listed(2, **area))[
        "listings"
    ]

    assert (found["section"], found["seats"], found["quantity"]) == ("GA", [], 2)


def test_a_presale_is_named(offers):
    """
    Who may buy before all others, and since when.
    """
    since = datetime(2020, 1, 1, tzinfo=UTC)
    found = offers(EventOnSaleChanged(event_id="e1", on_sale=True, on_sale_at=since, presale="members"))

    assert (found["presale"], found["on_sale_at"], found["status"]) == ("members", since, "on_sale")


def test_a_cancelled_event_offers_nothing(offers):
    """
    And says why.
    """
    found = offers(offer(), EventCancelled(event_id="e1"))

    assert (found["reason"], found["prices"], found["offers"], found["listings"]) == ("cancelled", [], [], [])


def test_unknown_events_are_not_found(service, projected):
    """
    404, and 422 for what can be no id.
    """
    answers = ask(service, projected.position, "/v1/events/e9/offers", "/v1/events/%00/offers")

    assert [answer.status_code for answer in answers] == [404, 422]


def test_the_answer_is_kept_until_something_changes(service, projected):
    """
    The same entity for as long as nothing happens, another after a sale.
    """

    async def act(client, reach):
        first, second = [(await client.get(PATH)).headers["etag"] for _ in range(2)]
        projected.append(ordered(["F-1"], hold=""))
        await reach()
        return first == second, first == (await client.get(PATH)).headers["etag"]

    assert follow(service, projected, act) == (True, False)


def picture(*offers, **fields):
    """
    An event without places.
    """
    found = events.Event("e1", starts_at=FUTURE, **fields)
    return LiveEvent(found, (), offers, (), 0)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("hours", "state", "until"),
    [(-1, "upcoming", 0), (0, "open", 2), (1, "open", 2), (2, "ended", None)],
)
def test_the_passing_of_time_opens_and_ends_an_offer(hours, state, until):
    """
    At its first moment it is open, at its last it is over; an answer may be given until then.
    """
    noon = datetime(2090, 1, 1, 12, tzinfo=UTC)
    live = picture(offer(starts_at=noon, ends_at=noon + 2 * HOUR))
    now = noon + hours * HOUR

    expected = FUTURE if until is None else noon + until * HOUR
    assert offers_of(live, now, {})["offers"][0]["state"] == state
    assert encode_offers({}, live, now).until == expected.timestamp()


def test_an_answer_ends_when_a_contained_event_does():
    """
    A package with another event is as good as that event's status.
    """
    soon = FUTURE - HOUR
    kept = encode_offers({"e2": LiveEvent(events.Event("e2", starts_at=soon), (), (), (), 0)}, picture(), soon - HOUR)
    assert kept.until == soon.timestamp()
