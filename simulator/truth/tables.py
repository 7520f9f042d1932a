"""
The tables of the truth: one place from which files are written and docs/truth.md is held up to date.
"""

from __future__ import annotations

from typing import Literal

import msgspec

ColumnType = Literal["text", "day", "time", "count", "amount"]
Row = tuple[object, ...]
"""The values of one row, in the order of the table's columns."""

UNITS: dict[ColumnType, str] = {
    "text": "text",
    "day": "day, UTC (`date32`)",
    "time": "time, UTC (`timestamp[us]`)",
    "count": "count (`int64`)",
    "amount": "fraction or factor (`double`)",
}
"""What a column of each type holds, with its unit and Parquet type."""


class Column(msgspec.Struct, frozen=True):
    """
    One column: its name, what it holds, and what it means.
    """

    name: str
    type: ColumnType
    meaning: str


class Table(msgspec.Struct, frozen=True):
    """
    One table, written as `<name>.parquet`. `holds` says what a row stands for.
    """

    name: str
    holds: str
    columns: tuple[Column, ...]

    @property
    def file(self) -> str:
        """
        The name of its file.
        """
        return f"{self.name}.parquet"


_TABLES = (
    Table(
        "run",
        "The run, in one row.",
        (
            Column("run", "text", "Starts every id of the run."),
            Column("source", "text", "Header `ce_source` of all its records."),
            Column("scenario", "text", "Name of the scenario."),
            Column("seed", "count", "Seed of all dice."),
            Column("start", "time", "When the simulated world began."),
            Column("end", "time", "When it ended."),
            Column("records", "count", "Records of the run, before faults of delivery."),
        ),
    ),
    Table(
        "customers_by_day",
        "A customer who came on a day: opened a session, or bought over the counter. One who acts in two ways on one day "
        "has two rows. Whoever has records on a day and no row (a ticket that is scanned, a listing that ends) is what "
        "they were when they came last.",
        (
            Column("day", "day", "The day."),
            Column("customer_id", "text", "The customer, as in the stream."),
            Column("class", "text", "`ordinary`, or the strategy that the customer followed that day."),
        ),
    ),
    Table(
        "turned_away",
        "A customer who left an event without the tickets they came for.",
        (
            Column("at", "time", "When they gave up."),
            Column("event_id", "text", "The event."),
            Column("customer_id", "text", "Who wanted the tickets."),
            Column("tickets", "count", "How many they wanted."),
            Column("reason", "text", "Why there were none, such as `sold_out`, `too_dear` or `queue`."),
        ),
    ),
    Table(
        "unmet_demand",
        "What was wanted of an event on a day by customers who had bought none of it when that day ended.",
        (
            Column("day", "day", "The day."),
            Column("event_id", "text", "The event."),
            Column("reason", "text", "Why, as in `turned_away`; the last one of each customer and day."),
            Column("customers", "count", "How many customers."),
            Column("tickets", "count", "How many tickets: for each customer the most they wanted that day."),
        ),
    ),
    Table(
        "problems",
        "A problem that was put into the world, or a fault of delivery.",
        (
            Column("problem_id", "text", "Unique within the run."),
            Column("kind", "text", "`payment_failure`, `mispriced_section`, ..., or `delivery.` and the fault."),
            Column("event_id", "text", "The event; empty for all."),
            Column("section", "text", "The section; empty for all."),
            Column("region", "text", "The region of the customers concerned; empty for all."),
            Column("device_kind", "text", "The kind of device concerned; empty for all."),
            Column("start", "time", "When it began."),
            Column("end", "time", "When it was over."),
            Column(
                "amount",
                "amount",
                "How bad: share of the visits hit, factor of the price, seconds of a stall; 0 for delivery.",
            ),
            Column("hits", "count", "How often it struck: visits, places or records."),
        ),
    ),
    Table(
        "delivery_faults",
        "A record that did not go to the stream as it should.",
        (
            Column("fault", "text", "`duplicate`, `late`, `swapped`, or `malformed.` and what is wrong."),
            Column("topic", "text", "Its topic, without prefix."),
            Column("key", "text", "Its key."),
            Column("record_id", "text", "Header `ce_id`; empty where that is what is missing."),
            Column("at", "time", "The record's own time, in whole milliseconds."),
            Column("place", "count", "How many records were sent to the topic before it."),
        ),
    ),
    Table(
        "final_places",
        "How a place ended: when its event's doors had closed, or when the run ended before.",
        (
            Column("event_id", "text", "The event."),
            Column("section", "text", "Section or area of its chart."),
            Column("seat", "text", "Label of the seat; empty in an area, which has a row for each state and order."),
            Column("state", "text", "`free`, `sold`, `listed`, `scanned` or `blocked`."),
            Column("places", "count", "How many places: 1 for a seat."),
            Column("order_id", "text", "The order that has it; empty where there is none."),
            Column("customer_id", "text", "Who has it; empty where nobody does."),
            Column("at", "time", "When this was so."),
        ),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
"""Table name → table."""


def documentation() -> str:
    """
    Return the tables as Markdown, as they stand in docs/truth.md.
    """
    return "\n".join(_described(table) for table in _TABLES)


def _described(table: Table) -> str:
    rows = "".join(f"| `{c.name}` | {UNITS[c.type]} | {c.meaning} |\n" for c in table.columns)
    return f"### `{table.file}`\n\n{table.holds}\n\n| column | holds | meaning |\n|---|---|---|\n{rows}"
