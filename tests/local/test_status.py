"""
`seatstream status` as people see it.
"""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from inventory_stream.cli.local import status_table


def shown(answer: dict[str, object]) -> str:
    """
    The table as text.
    """
    page = StringIO()
    Console(width=160, file=page).print(status_table(answer))
    return page.getvalue()


def test_every_service_has_a_row() -> None:
    """
    A row shows what the gateway says of a service.
    """
    row = {"service": "inventory_api", "health": "ready", "lag": 3, "freshness_s": 0.0421}

    text = shown({"status": "green", "services": [row]})

    assert "status: green" in text
    assert all(value in text for value in ("inventory_api", "ready", "3", "0.042"))


def test_unknown_shapes_are_no_error() -> None:
    """
    What the gateway leaves out is left out.
    """
    assert "unknown" in shown({"services": [{"service": "x"}, "not a row"]})
