"""
Best seats over HTTP and a real projection.
"""

from housed import resale, seats
from places import at, blocked, held, listed, ordered, released
from projected import follow

from inventory_api.best_seats.quality import WEIGHTS
from inventory_api.schemas.best_seats import Because
from inventory_stream.records import SeatRun
from inventory_stream.records.catalogue import EventOnSaleChanged, OfferPublished, SeatsRepriced

PATH = "/v1/events/e1/best-seats"


def test_the_best_seats_come_with_their_prices(best):
    """
    Where they are, what each costs and what all cost, and why they are the best.
    """
    found = best("quantity=2")

    (pick,) = found["picks"]
    (group,) = pick["groups"]
    assert (group["section"], group["row"], seats(pick)) == ("S", "F", ["F-3", "F-4"])
    assert group["seats"][0]["price"] == {"face_cents": 9000, "fees_cents": 900, "total_cents": 9900}
    assert pick["price"] == {"face_cents": 18_000, "fees_cents": 1800, "total_cents": 19_800}
    assert (found["currency"], found["reason"], found["largest_block"], pick["single_seats_left"]) == (
        "EUR",
        None,
        None,
        0,
    )


def test_quality_is_the_weighted_sum_of_its_reasons(best):
    """
    As its documentation says.
    """
    (pick,) = best("quantity=2")["picks"]

    assert pick["because"] == {"level": 1, "row": 1, "centre": 1, "view": 1, "aisle": 0}
    assert pick["quality"] == 0.95
    weights = WEIGHTS._asdict()
    assert all(f"{weight / 100:.2f} {name}" in Because.__doc__ for name, weight in weights.items())


def test_only_free_seats_are_given(best):
    """
    Not those that are held, sold, blocked or listed.
    """
    taken = (held(["F-2"]), ordered(["F-3", "F-4"], hold=""), listed(["F-3"]), blocked(["F-6"]))
    found = best("quantity=1&alternatives=10&section=S", *taken)

    assert {seat for pick in found["picks"] for seat in seats(pick)} == {"F-1", "F-5", "G-3", "G-4", "G-5", "G-6"}


def test_a_row_that_was_released_in_parts_is_one_row(best):
    """
    What joins row F later is as near as its beginning, though no neighbour of it in the manifest.
    """
    everything = [f"{row}-{number}" for row in "FG" for number in range(1, 7)]
    late = released(section="S", runs=(SeatRun("F", 7, 8),), price_level="A")
    (pick,) = best("quantity=2&section=S", ordered(everything, hold=""), late)["picks"]

    assert (seats(pick), pick["because"]["row"]) == (["F-7", "F-8"], 1)


def test_restricted_view_is_said(best):
    """
    The seat says so, and its view counts nothing.
    """
    found = best("quantity=4&section=S", ordered([f"F-{n}" for n in range(1, 7)], hold=""))

    (pick,) = found["picks"]
    assert [seat["restricted_view"] for seat in pick["groups"][0]["seats"]] == [True, False, False, False]
    assert pick["because"]["view"] == 0.75


def test_an_accessible_seat_is_given_with_its_companion(best):
    """
    To who asks.
    """
    (pick,) = best("quantity=2&accessible=true")["picks"]

    assert seats(pick) == ["G-1", "G-2"]
    assert [(seat["accessible"], seat["companion"]) for seat in pick["groups"][0]["seats"]] == [
        (True, False),
        (False, True),
    ]


def test_an_area_has_a_price_for_each_place(best):
    """
    A quantity instead of seats.
    """
    (pick,) = best("quantity=8&max_price_cents=5000")["picks"]

    (group,) = pick["groups"]
    assert (group["kind"], group["section"], group["row"], group["seats"]) == ("area", "GA", None, [])
    assert (group["quantity"], group["price_level"], group["price_each"]["total_cents"]) == (8, "B", 4400)
    assert pick["price"]["total_cents"] == 35_200


def test_resale_is_marked_with_its_listing_and_price(best):
    """
    Seats of an owner cost what the owner asks; a package is not for them.
    """
    everything = [f"{row}-{number}" for row in "FG" for number in range(1, 7)]
    records = (
        ordered(everything, hold=""),
        resale(["F-3", "F-4"]),
        resale(["F-5", "F-6"], "l2", "USD"),
        OfferPublished(event_id="e1", offer_id="o1", name="Lounge", contains=("lounge",), currency="EUR"),
    )
    found = best("quantity=2&resale=true&packages=true&section=S&alternatives=5", *records)

    (pick,) = found["picks"]
    assert (seats(pick), pick["groups"][0]["listing_id"]) == (["F-3", "F-4"], "l1")
    assert (pick["price"]["total_cents"], pick["packages"]) == (4200, [])


def test_places_of_an_area_are_resold(best):
    """
    Part of a listed quantity.
    """
    area = {"section": "GA"}
    found = best("quantity=2&resale=true&section=GA", ordered(100, hold="", **area), resale(5, **area))

    (group,) = found["picks"][0]["groups"]
    assert (group["kind"], group["quantity"], group["listing_id"]) == ("area", 2, "l1")
    assert group["price_each"]["total_cents"] == 2100


TAKEN = ordered(["F-3", "G-3", "G-4"], hold="")


def test_a_party_is_not_split_unasked(best):
    """
    Nothing rather than apart, with the largest block.
    """
    found = best("quantity=5&section=S", TAKEN)
    assert (found["picks"], found["reason"], found["largest_block"]) == ([], "no_block_of_this_size", 3)


def test_a_party_is_split_if_asked(best):
    """
    Two groups, and one price for all.
    """
    (pick,) = best("quantity=5&section=S&split=true", TAKEN)["picks"]

    assert [group["quantity"] for group in pick["groups"]] == [3, 2]
    assert pick["price"]["total_cents"] == 5 * 9900


def test_a_presale_is_named(best):
    """
    Who may buy now.
    """
    assert (
        best("quantity=2", EventOnSaleChanged(event_id="e1", on_sale=True, presale="members"))["presale"] == "members"
    )


def test_a_price_level_that_a_seat_moved_to_counts(best):
    """
    Records that move seats to another level move them in the order.
    """
    found = best("quantity=2&section=S", SeatsRepriced(**at(["F-3", "F-4"]), price_level="B"))
    assert seats(found["picks"][0]) == ["F-1", "F-2"]


def test_what_is_sold_is_not_given_again(service, projected):
    """
    An answer follows the records; with a position, those just written too.
    """

    async def act(client, reach):
        found = [await client.get(PATH, params={"quantity": 2, "section": "S"})]
        projected.append(ordered(["F-3", "F-4"], hold=""))
        position = projected.position
        found.append(await client.get(PATH, params={"quantity": 2, "section": "S", "min_position": position}))
        return [seats(answer.json()["picks"][0]) for answer in found]

    assert follow(service, projected, act) == [["F-3", "F-4"], ["F-1", "F-2"]]
