"""
What every registered projection must keep.
"""

from importlib.metadata import entry_points

import pytest

from inventory_stream.projection.definition import Projection, undecided
from inventory_stream.projection.driver import ProjectionDriver
from inventory_stream.records import Delivered, decode
from simulator import labelled_world

REGISTERED = sorted(point.name for point in entry_points(group="seatstream.projections"))


@pytest.fixture(params=REGISTERED)
def factory(request: pytest.FixtureRequest) -> type[Projection]:
    """
    Each registered projection.
    """
    (point,) = entry_points(group="seatstream.projections", name=request.param)
    return point.load()


@pytest.fixture(scope="module")
def partitions() -> dict[tuple[str, int], list[Delivered]]:
    """
    A simulated world as it lies in three partitions of each topic.
    """
    world = labelled_world(3, events=4, days=10, visits=40, population=300)
    found: dict[tuple[str, int], list[Delivered]] = {}
    for batch in world.encoded():
        for encoded in batch if isinstance(batch, list) else [batch]:
            place = (encoded.topic, sum(encoded.key) % 3)
            records = found.setdefault(place, [])
            records.append(decode(*place, len(records), encoded.key, encoded.value, encoded.headers))
    return found


def tables(factory: type[Projection], batches: list[list[Delivered]]) -> tuple[list[list[dict[str, object]]], int]:
    """
    Return all tables after these batches, and the number of dead letters.
    """
    driver = ProjectionDriver(factory)
    for batch in batches:
        driver.deliver(batch)
    return [driver.rows(table.model) for table in factory().tables()], len(driver.dead_letters)


def test_it_decides_about_every_record_type(factory: type[Projection]) -> None:
    """
    Each type of its topics is handled or named in `ignores`.
    """
    assert undecided(factory()) == []


def test_interleaving_changes_nothing(
    factory: type[Projection], partitions: dict[tuple[str, int], list[Delivered]]
) -> None:
    """
    Whichever partition is read first, in whatever batches, the tables are the same.
    """
    one_after_another = [partitions[place] for place in sorted(partitions)]
    mixed = [records[at : at + 37] for at in range(0, 6000, 37) for records in reversed(partitions.values())]

    assert tables(factory, one_after_another) == tables(factory, mixed)


def test_redelivery_changes_nothing(
    factory: type[Projection], partitions: dict[tuple[str, int], list[Delivered]]
) -> None:
    """
    A writer that sends its last records again changes nothing.
    """
    twice: list[list[Delivered]] = []
    for place, records in sorted(partitions.items()):
        again = [decode(*place, d.offset + len(records), d.key.encode(), d.value, d.headers) for d in records[-50:]]
        twice += [records, again]

    assert tables(factory, twice) == tables(factory, [partitions[place] for place in sorted(partitions)])


def test_the_simulated_world_has_no_dead_letters(
    factory: type[Projection], partitions: dict[tuple[str, int], list[Delivered]]
) -> None:
    """
    A legal world is applied whole, and changes something.
    """
    found, dead = tables(factory, [partitions[place] for place in sorted(partitions)])

    assert dead == 0
    assert any(found)
