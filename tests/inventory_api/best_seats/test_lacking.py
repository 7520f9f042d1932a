"""
Best seats over HTTP where there are none, or where the question is wrong; and packages that do not fit.
"""

import pytest
from housed import FUTURE, event
from places import ordered
from projected import ask, statuses

from inventory_stream.records.catalogue import EventCancelled, EventOnSaleChanged, OfferPublished

PATH = "/v1/events/e1/best-seats"

PACKAGE = {
    "event_id": "e1",
    "offer_id": "o1",
    "name": "Lounge",
    "price_levels": ("A",),
    "contains": ("lounge",),
    "currency": "EUR",
}


def test_packages_stand_beside_the_plain_price(best):
    """
    What else the seats can be bought with, and for how much.
    """
    (pick,) = best("quantity=2&packages=true", OfferPublished(**PACKAGE, face_cents=15_000, fees_cents=50))["picks"]

    price = {"face_cents": 30_000, "fees_cents": 100, "total_cents": 30_100}
    assert pick["packages"] == [{"offer_id": "o1", "name": "Lounge", "contains": ["lounge"], "price": price}]
    assert pick["price"]["total_cents"] == 19_800


def test_a_package_may_be_the_only_way(best):
    """
    Where the plain price is too high, there is none.
    """
    (pick,) = best("quantity=2&packages=true&section=S&max_price_cents=100", OfferPublished(**PACKAGE, face_cents=99))[
        "picks"
    ]

    assert (pick["price"], pick["groups"][0]["seats"][0]["price"]) == (None, None)
    assert pick["packages"][0]["price"]["total_cents"] == 198


@pytest.mark.parametrize(
    "fields",
    [
        {"price_levels": ("B",)},
        {"limit_per_order": 1},
        {"currency": "USD", "face_cents": 5},
        {"contains": ("e2",)},
        {"ends_at": FUTURE.replace(year=2020)},
        {"starts_at": FUTURE.replace(year=2089)},
        {"contains": ()},
    ],
)
def test_packages_that_do_not_fit_are_left_out(best, fields):
    """
    Of other levels, for fewer people, in other money, with an event that is full, at another time; and no plain offer.
    """
    offer = OfferPublished(**PACKAGE | fields)
    found = best("quantity=2&packages=true&section=S", event(event_id="e2"), offer)

    assert found["picks"][0]["packages"] == []


@pytest.mark.parametrize(
    ("records", "query", "reason"),
    [
        ([EventCancelled(event_id="e1")], "", "cancelled"),
        ([event(starts_at=FUTURE.replace(year=2020))], "", "past"),
        ([EventOnSaleChanged(event_id="e1", on_sale=False)], "", "paused"),
        ([event(on_sale_at=FUTURE.replace(year=2089))], "", "not_yet_on_sale"),
        ([], "&max_price_cents=1", "nothing_at_this_price"),
        ([ordered(100, hold="", section="GA")], "&section=GA", "nothing_there"),
        (
            [OfferPublished(event_id="e1", offer_id="o", name="x", limit_per_order=1)],
            "",
            "over_limit_per_order",
        ),
    ],
)
def test_a_reason_is_given(best, records, query, reason):
    """
    In a word, where there is nothing.
    """
    found = best(f"quantity=2{query}", *records)
    assert (found["picks"], found["reason"], found["largest_block"]) == ([], reason, None)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "quantity"),
        ("quantity=0", "quantity"),
        ("quantity=21", "quantity"),
        ("quantity=99999999999999999999999", "quantity"),
        ("quantity=two", "quantity"),
        ("quantity=2&max_price_cents=-1", "max_price_cents"),
        ("quantity=2&max_price_cents=5&min_price_cents=6", "min_price_cents"),
        ("quantity=2&alternatives=11", "alternatives"),
        ("quantity=2&accessible=perhaps", "accessible"),
        ("quantity=2&section=Nowhere", "section"),
        ("quantity=2&price_level=Z", "price_level"),
        ("quantity=2&section=%00", "section.0"),
    ],
)
def test_bad_input_is_named(service, projected, query, field):
    """
    A wrong field is a 4xx that names it.
    """
    (answer,) = ask(service, projected.position, f"{PATH}?{query}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_unknown_events_are_not_found(service, projected):
    """
    404 for an id that nobody scheduled.
    """
    assert statuses(ask(service, projected.position, "/v1/events/e9/best-seats?quantity=2")) == [404]
