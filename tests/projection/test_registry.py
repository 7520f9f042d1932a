"""
Projections are found by name.
"""

import pytest

from inventory_stream.projection.registry import UnknownProjection, projection, projection_names


def test_declared_projections_are_named() -> None:
    """
    Every projection that a package declares is known by its name.
    """
    assert {"fraud", "inventory", "venue"} <= set(projection_names())


def test_projection_is_found_by_name() -> None:
    """
    A name gives the class that carries it.
    """
    assert projection("inventory").name == "inventory"


def test_unknown_name_lists_the_known_ones() -> None:
    """
    A name that nobody declares is refused with the names that are.
    """
    with pytest.raises(UnknownProjection, match="no projection called seats; known are: fraud, inventory, venue"):
        projection("seats")
