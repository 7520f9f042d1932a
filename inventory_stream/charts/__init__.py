"""
Generated charts: layouts made up to fit a venue's kind and capacity, for venues whose own chart is not at hand.

`generate(kind, capacity)` gives a `Chart`; each of its sections gives the records `chart.section_mapped` and
`seats.released`. The same kind and capacity give the same chart, for ever: whoever changes a layout raises `REVISION`.
"""

from inventory_stream.charts.kinds import KINDS, MAX_CAPACITY, REVISION, generate
from inventory_stream.charts.layout import Chart, Row, Section

__all__ = ["KINDS", "MAX_CAPACITY", "REVISION", "Chart", "Row", "Section", "generate"]
