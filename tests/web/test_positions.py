"""
Positions and cursors as text.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_stream.log.base import Partition
from inventory_stream.web import InvalidRequest, decode_cursor, encode_cursor, format_positions, parse_positions

partitions = st.builds(Partition, st.sampled_from(["inventory", "activity", "dead-letters"]), st.integers(0, 999))


def test_positions_are_ordered():
    """
    Topics and partitions come in order, whatever the order of the mapping.
    """
    positions = {Partition("inventory", 10): 3, Partition("inventory", 2): 1, Partition("activity", 0): 5}

    assert format_positions(positions) == "activity:0=5;inventory:2=1,10=3"


@given(st.dictionaries(partitions, st.integers(0, 10**15)))
def test_positions_come_back(positions):
    """
    Text and positions say the same.
    """
    assert parse_positions(format_positions(positions)) == positions


@pytest.mark.parametrize(
    "text", ["inventory", "inventory:0", "inventory:0=x", "inventory:=1", ":0=1", "a:0=1,", "a:0=-1"]
)
def test_malformed_positions_are_refused(text):
    """
    What is not of the form is refused.
    """
    with pytest.raises(ValueError, match="form"):
        parse_positions(text)


@given(st.lists(st.text(max_size=20), max_size=4))
def test_cursors_come_back(values):
    """
    A cursor gives back what it was made of.
    """
    assert decode_cursor(encode_cursor(values), len(values)) == values


@pytest.mark.parametrize("text", ["", "x", "é", "e30", "WyJhIl0", "WzEsMl0", "%00", "🎟" * 9])
def test_foreign_cursors_are_refused_by_name(text):
    """
    What no page gave is an error that names the field.
    """
    with pytest.raises(InvalidRequest) as caught:
        decode_cursor(text, 2)

    assert caught.value.errors[0].field == "cursor"
