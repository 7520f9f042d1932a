"""
What is there beside free seats at their price: areas, resale, packages.
"""

from drawn import drawn, seen
from searched import best, lack, picks

from inventory_api.best_seats.house import Area, Cost
from inventory_api.best_seats.resale import resale_of
from inventory_api.live.event import LiveListing
from inventory_stream.records.catalogue import OfferPublished


def test_an_area_is_a_candidate():
    """
    Places in an area stand in one order with blocks of seats: at a better price level they win, at a worse one not.
    """
    house = drawn("S P3\nA: ...", areas=(Area("GA", "P1", 5), Area("Lawn", "P3", 50)))
    found = picks(house, 3, alternatives=5)
    assert [pick.groups[0].section for pick in found] == ["GA", "S", "Lawn"]


def test_an_area_that_is_too_full_is_none():
    """
    An area gives the whole quantity or nothing, and says how many there are.
    """
    assert lack(drawn("S P1\nA: x", areas=(Area("GA", "P1", 5),)), 6) == ("no_block_of_this_size", 5)


def test_resale_is_given_to_who_asks():
    """
    Part of a listing, its seats beside each other, never those of two owners.
    """
    house = drawn("S P1\nA: 11112x\nB: xx....")
    assert best(house, 2) == [("S", 2, [3, 4])]
    found = picks(house, 2, resale=True)
    assert [seen(house, group) for group in found[0].groups] == [("S", 1, [3, 4])]
    assert found[0].groups[0].listing.listing_id == "l1"


def test_a_listing_is_measured_by_its_own_price():
    """
    What an owner asks for decides, not the level's price.
    """
    house = drawn("S P1\nA: 11\nB: 22", asked={"1": Cost(20_000, 0), "2": Cost(3_000, 0)})
    (pick,) = picks(house, 2, resale=True, max_price_cents=5_000)
    assert pick.groups[0].listing.listing_id == "l2"


def test_places_of_a_listed_area():
    """
    Some of the places that somebody offers in an area.
    """
    offered = LiveListing("l1", "GA", (4,), 100, 10, "USD")
    house = drawn("S P1\nA: x", areas=(Area("GA", "P2", 0),), resale=resale_of([offered], {"S": 0}))

    for wanted in ({}, {"price_levels": frozenset({"P2"})}, {"sections": frozenset({"GA"})}):
        (pick,) = picks(house, 3, resale=True, **wanted)
        assert (pick.groups[0].kind, pick.groups[0].size, pick.groups[0].listing) == ("area", 3, offered)
    assert lack(house, 5, resale=True) == ("no_block_of_this_size", 4)
    assert lack(house, 3, resale=True, price_levels=frozenset({"P1"}))[0] == "nothing_there"


def test_a_listing_with_an_accessible_seat_is_for_who_needs_it():
    """
    Nobody else is given one, and who needs one is given no other listing.
    """
    listings = [
        LiveListing("l1", "S", (0, 1), 7_000, 700, "USD"),
        LiveListing("l2", "S", (3, 4), 7_000, 700, "USD"),
    ]
    house = drawn("S P1\nA: ACxXXx", resale=resale_of(listings, {"S": 0}))

    for accessible, expected in ((True, "l1"), (False, "l2")):
        (pick,) = picks(house, 2, resale=True, accessible=accessible, alternatives=5)
        assert pick.groups[0].listing.listing_id == expected


def offer(offer_id="o1", **fields):
    """
    An offer.
    """
    return OfferPublished(event_id="e1", offer_id=offer_id, name=offer_id, **fields)


def test_a_limit_per_order_holds_for_its_levels():
    """
    A plain offer limits the levels that it is for; the most generous one counts.
    """
    limited = offer(price_levels=("P1",), limit_per_order=2)
    house = drawn("S P1\nA: ....\nT P2\nA: ....", offers=(limited,))

    assert [best(house, size)[0][0] for size in (2, 3)] == ["S", "T"]
    generous = offer("o2", limit_per_order=8)
    assert best(drawn("S P1\nA: ....", offers=(limited, generous)), 4)[0][0] == "S"


def test_a_package_opens_places_that_cost_too_much_otherwise():
    """
    With packages, what can be bought in a bundle counts as well.
    """
    bundle = offer(price_levels=("P1",), contains=("parking",), face_cents=4_000)
    house = drawn("S P1\nA: ....\nT P2\nA: ....", offers=(bundle,))

    assert best(house, 2, max_price_cents=5_500)[0][0] == "T"
    assert best(house, 2, max_price_cents=5_500, packages=True)[0][0] == "S"


def test_a_block_is_bought_in_one_way():
    """
    A block that would need the package for some seats and the plain way for others is none.
    """
    bundle = offer(price_levels=("P1",), contains=("parking",), face_cents=4_000)
    house = drawn("S P1\nA: ....\nT P2\nA: x", offers=(bundle,))
    house.seating.level[2:] = 1

    assert lack(house, 4, max_price_cents=5_500, packages=True) == ("no_block_of_this_size", 2)
