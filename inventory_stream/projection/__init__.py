"""
Projections: tables derived from the stream, exactly once, by projectors that may be killed at any time.

An author writes a `Projection` (see `definition`); the rest of this package is the runtime that drives it.
"""

from inventory_stream.projection.definition import Fetch, InvalidRecord, Projection, projection_tables
from inventory_stream.projection.tables import Additive, Appended, Rows

__all__ = ["Additive", "Appended", "Fetch", "InvalidRecord", "Projection", "Rows", "projection_tables"]
