"""
Best seats against the other answers about the same event.
"""

from random import Random

from housed import resale
from places import blocked, held, ordered, released
from projected import follow

from inventory_stream.records import SeatRun
from inventory_stream.records.catalogue import SeatsRepriced

ROWS, SEATS = "ABCDEF", 12
QUERIES = [f"quantity={size}&alternatives=10&resale=true&split=true" for size in (1, 2, 3, 5, 8)]


def season(random):
    """
    Records about two sections whose seats are held, sold, blocked, listed and moved to the other price level.
    """
    for section in ("T", "U"):
        where = {"section": section}
        yield released(**where, runs=tuple(SeatRun(row, 1, SEATS) for row in ROWS), price_level="A")
        seats = [f"{row}-{number}" for row in ROWS for number in range(1, SEATS + 1)]
        random.shuffle(seats)
        yield ordered(seats[:16], hold="", **where)
        yield resale(seats[:8], f"l{section}", **where)
        yield held(seats[16:24], **where)
        yield blocked(seats[24:32], **where)
        yield SeatsRepriced(event_id="e1", **where, seats=tuple(seats[10:40]), price_level="B")


def statuses(chart, seats):
    """
    Section and seat → status and price level.
    """
    found = {}
    for mapped, section in zip(chart["sections"], seats["sections"], strict=True):
        codes = iter(section["statuses"])
        for row in mapped["rows"]:
            for label, level in zip(row["labels"], row["price_levels"], strict=True):
                found[section["section"], label] = seats["statuses"][int(next(codes))], chart["price_levels"][level]
    return found


def places(pick):
    """
    Section, seat, level, total price and listing of each seat of a pick.
    """
    return [
        (group["section"], seat["seat"], seat["price_level"], seat["price"]["total_cents"], group["listing_id"])
        for group in pick["groups"]
        for seat in group["seats"]
    ]


def expected(place, known, offers):
    """
    How a place of a pick should stand, and what it should cost, by the other answers.
    """
    section, seat, level, _, listing = place
    if listing:
        (row,) = [row for row in offers["listings"] if row["listing_id"] == listing and seat in row["seats"]]
        total = row["price"]["total_cents"]
    else:
        (total,) = [row["total_cents"] for row in offers["prices"] if row["price_level"] == level]
    return known[section, seat] == ("listed" if listing else "free", level), total


def test_what_is_given_agrees_with_seats_and_offers(service, projected):
    """
    Free or listed in the statuses, at the price that offers show, and added up rightly.
    """
    projected.append(*season(Random(11)))

    async def act(client, reach):
        paths = ["chart", "seats?format=json", "offers", *(f"best-seats?{query}" for query in QUERIES)]
        return [(await client.get(f"/v1/events/e1/{path}")).json() for path in paths]

    chart, seats, offers, *answers = follow(service, projected, act)
    known = statuses(chart, seats)
    picks = [pick for answer in answers for pick in answer["picks"] if pick["groups"][0]["kind"] == "seats"]
    assert len(picks) > 20
    for pick in picks:
        assert [expected(place, known, offers) for place in places(pick)] == [
            (True, total) for *_, total, _ in places(pick)
        ]
        assert pick["price"]["total_cents"] == sum(total for *_, total, _ in places(pick))
