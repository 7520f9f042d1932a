"""
What the fraud API asks its tables. Customers who are to be forgotten are in no answer.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import defer
from sqlmodel import select

from fraud_api.counters import ACTIVITY, COUNTERS, LABELS, LINK_KINDS, MOST_OTHERS, TICKETS
from fraud_api.tables import ModelRow, PromotionRow
from inventory_stream.projection.snapshots import Snapshot


def _totals(names: Sequence[str]) -> str:
    return ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in names)


def _kinds(expression: str, suffix: str) -> str:
    return ", ".join(
        f"coalesce({expression.format(kind=kind)}, 0) AS {name}{suffix}" for kind, name in LINK_KINDS.items()
    )


# One index lookup a customer and table; the plan is the same for one customer and for a thousand.
_COUNTERS = f"""
SELECT c.customer_id, a.first_day, a.last_day, t.first_day, t.last_day,
  {", ".join(LABELS)}, {", ".join(COUNTERS)}
FROM unnest(CAST(:ids AS text[])) AS c (customer_id)
CROSS JOIN LATERAL (
  SELECT count(*) AS activity_days, min(day) AS first_day, max(day) AS last_day, {_totals(ACTIVITY)}
  FROM {{s}}.activity_days WHERE customer_id = c.customer_id) a
CROSS JOIN LATERAL (
  SELECT count(*) AS ticket_days, min(day) AS first_day, max(day) AS last_day, {_totals(TICKETS)}
  FROM {{s}}.ticket_days WHERE customer_id = c.customer_id) t
CROSS JOIN LATERAL (SELECT {_totals(LABELS)} FROM {{s}}.labels WHERE customer_id = c.customer_id) f
CROSS JOIN LATERAL (
  SELECT {_kinds("count(*) FILTER (WHERE l.kind = {kind})", "s")},
    {_kinds("max(n.others) FILTER (WHERE l.kind = {kind})", "_others")}
  FROM {{s}}.links l CROSS JOIN LATERAL (
    SELECT count(*) AS others FROM (
      SELECT 1 FROM {{s}}.links o
      WHERE o.kind = l.kind AND o.hash = l.hash AND o.customer_id <> l.customer_id
        AND NOT EXISTS (SELECT 1 FROM {{s}}.forgotten g WHERE g.customer_id = o.customer_id)
      LIMIT {MOST_OTHERS}) capped) n
  WHERE l.customer_id = c.customer_id) k
WHERE NOT EXISTS (SELECT 1 FROM {{s}}.forgotten g WHERE g.customer_id = c.customer_id)
"""  # noqa: S608 - names come from the table classes
_DAYS, _FIRST_COUNTER = 4, 5 + len(LABELS)


class Known:
    """
    What is known of one customer.

    Attributes:
        days: first and last day of activity and of tickets (days since 1970-01-01), without those that are not there.
        labels: values of `counters.LABELS`.
        counters: values of `counters.COUNTERS`.
    """

    __slots__ = ("counters", "days", "labels")

    def __init__(self, row: Sequence[Any]) -> None:
        self.days = [day for day in row[1 : 1 + _DAYS] if day is not None]
        self.labels = tuple(map(int, row[1 + _DAYS : _FIRST_COUNTER]))
        self.counters = tuple(map(int, row[_FIRST_COUNTER:]))

    @property
    def something(self) -> bool:
        """
        Whether any record was about this customer.
        """
        return any(self.counters) or any(self.labels)


async def read_known(snapshot: Snapshot, customer_ids: Sequence[str]) -> dict[str, Known]:
    """
    Return customer → what is known, of those about whom anything is.
    """
    statement = text(_COUNTERS.format(s=f'"{snapshot.schema}"'))
    connection = await snapshot.session.connection()
    rows = await connection.execute(statement, {"ids": list(dict.fromkeys(customer_ids))})
    found = {row[0]: Known(row) for row in rows}
    return {customer_id: known for customer_id, known in found.items() if known.something}


async def read_models(snapshot: Snapshot) -> list[tuple[ModelRow, bool]]:
    """
    Return all versions of all models without their bytes, newest first, and whether each is the promoted one.
    """
    promoted = dict((await snapshot.session.exec(select(PromotionRow.model, PromotionRow.model_version))).all())
    statement = select(ModelRow).options(defer(ModelRow.onnx))  # type: ignore[arg-type]
    rows = (await snapshot.session.exec(statement)).all()
    ordered = sorted(rows, key=lambda row: (row.model, -row.model_version))
    return [(row, promoted.get(row.model) == row.model_version) for row in ordered]


async def read_promoted(snapshot: Snapshot, model: str) -> tuple[int, ModelRow | None] | None:
    """
    Return the promoted version of a model and its row, None when none was promoted.
    """
    version = (
        await snapshot.session.exec(select(PromotionRow.model_version).where(PromotionRow.model == model))
    ).first()
    if version is None:
        return None
    return version, await snapshot.session.get(ModelRow, (model, version))
