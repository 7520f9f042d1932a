"""
Projections by name, as installed packages declare them (entry points of the group `seatstream.projections`).
"""

from importlib.metadata import entry_points
from typing import cast

from inventory_stream.projection.definition import Projection
from inventory_stream.projection.errors import ProjectionError

GROUP = "seatstream.projections"


class UnknownProjection(ProjectionError):
    """
    No installed package declares a projection of this name.
    """


def projections() -> dict[str, type[Projection]]:
    """
    Return all projections by name, in order of their names.
    """
    return {name: projection(name) for name in projection_names()}


def projection_names() -> list[str]:
    """
    Return the names of all projections, without loading them.
    """
    return sorted(entry_points(group=GROUP).names)


def projection(name: str) -> type[Projection]:
    """
    Return one projection.

    Raises:
        UnknownProjection: there is none of this name.
    """
    known = projection_names()
    if name not in known:
        raise UnknownProjection(f"there is no projection called {name}; known are: {', '.join(known) or 'none'}")
    return cast("type[Projection]", entry_points(group=GROUP)[name].load())
