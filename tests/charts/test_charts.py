"""
Generated charts fit their capacity and agree with themselves.
"""

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_stream.charts import KINDS, MAX_CAPACITY, REVISION, Chart, Section, generate

charts = st.builds(generate, st.sampled_from(sorted(KINDS)), st.integers(1, 30_000))
sections = charts.flatmap(lambda chart: st.sampled_from(chart.sections))


@given(st.sampled_from(sorted(KINDS)), st.integers(1, 40_000))
def test_capacity_is_the_one_asked_for(kind: str, capacity: int) -> None:
    """
    No place is lost or added by rounding.
    """
    assert generate(kind, capacity).capacity == capacity


@given(charts)
def test_sections_are_few_and_have_names_of_their_own(chart: Chart) -> None:
    """
    A chart has at most 24 sections, each with another name.
    """
    names = [section.name for section in chart.sections]

    assert len(set(names)) == len(names) <= 24


@given(sections)
def test_labels_are_unique(section: Section) -> None:
    """
    A seat label stands once in its section.
    """
    labels = section.released("1").labels()

    assert len(set(labels)) == len(labels)


@given(sections)
def test_released_seats_are_those_drawn(section: Section) -> None:
    """
    The runs that go on sale name the seats of the chart's rows, in their order.
    """
    drawn = section.mapped("v", "c", 1)

    assert section.released("1").labels() == tuple(seat.label for row in drawn.rows for seat in row.seats)


@given(sections)
def test_records_decode(section: Section) -> None:
    """
    What a section gives keeps the contract's rules.
    """
    for record in (section.mapped("v", "c", 1), section.released("1")):
        assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record


@given(sections)
def test_generated_is_stated(section: Section) -> None:
    """
    Nobody takes a generated layout for the venue's own.
    """
    assert section.mapped("v", "c", 1).generated


@given(sections.filter(lambda section: section.rows))
def test_every_section_has_accessible_seats(section: Section) -> None:
    """
    Each seated section has an accessible seat in its last row.
    """
    assert section.mapped("v", "c", 1).rows[-1].seats[0].accessible


@given(st.sampled_from(sorted(KINDS)), st.integers(500, 20_000))
def test_seats_do_not_share_a_point(kind: str, capacity: int) -> None:
    """
    Neighbours of a row are drawn apart.
    """
    section = next(section for section in generate(kind, capacity).sections if section.rows)
    points = [(seat.x, seat.y) for seat in section.mapped("v", "c", 1).rows[0].seats]

    assert len(set(points)) == len(points)


@pytest.mark.parametrize(
    ("kind", "capacity"), [("castle", 10), ("arena", 0), ("arena", MAX_CAPACITY + 1), ("theatre", 150_000)]
)
def test_what_cannot_be_built_is_refused(kind: str, capacity: int) -> None:
    """
    An unknown kind and a capacity out of range raise with what was wrong.
    """
    with pytest.raises(ValueError, match=f"{kind if kind == 'castle' else capacity}"):
        generate(kind, capacity)


def test_a_changed_layout_needs_a_new_revision() -> None:
    """
    Chart ids name kind, capacity and revision: another layout under the same id would change what fans hold tickets of.
    """
    digest = hashlib.sha256()
    for kind in sorted(KINDS):
        for section in generate(kind, 5_000).sections:
            digest.update(msgspec.json.encode(section.mapped("v", "c", REVISION)))

    assert (REVISION, digest.hexdigest()[:16]) == (1, "272b5992edbd9243")


def test_the_biggest_section_fits_into_a_record() -> None:
    """
    The biggest section that a chart may have stays below the broker's limit of a megabyte.
    """
    biggest = max(generate("theatre", 71_000).sections, key=lambda section: section.size)

    assert biggest.size > 11_000
    assert len(msgspec.json.encode(biggest.mapped("v", "c", 1))) < 1_000_000
