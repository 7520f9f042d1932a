"""
Try a projection without Kafka or PostgreSQL: append records, look at its tables.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import SQLModel

from inventory_stream.projection.applier import Applier, DeadLetter, DeadLetterLimits
from inventory_stream.projection.definition import Projection
from inventory_stream.projection.tables import TableChange
from inventory_stream.records import Delivered, Record, decode, encode

START = datetime(2030, 1, 1, 12, tzinfo=UTC)


class ProjectionDriver:
    """
    Applies records to a projection the way the runtime does and keeps its tables in memory.

    Attributes:
        dead_letters: records that the projection refused, with their reasons.
    """

    def __init__(self, factory: Callable[[], Projection]) -> None:
        """
        Args:
            factory: makes the projection; its `load` finds nothing stored.
        """
        self._applier = Applier(factory, lambda _sql, _params: [], DeadLetterLimits(ratio=1))
        self._rows: dict[type[SQLModel], dict[tuple[Any, ...], tuple[Any, ...]]] = {}
        self._next: dict[str, int] = {}
        self.dead_letters: list[DeadLetter] = []

    def append(self, *records: Record, at: datetime = START) -> None:
        """
        Apply records, in order, as if they happened at `at`.
        """
        self.deliver([self._deliver(record, at) for record in records])

    def deliver(self, batch: Sequence[Delivered]) -> None:
        """
        Apply records with places and ids of your choice.
        """
        prepared = self._applier.apply(batch)
        self.dead_letters += prepared.dead_letters
        for change in prepared.changes:
            self._write(change)

    def rows(self, model: type[SQLModel]) -> list[dict[str, Any]]:
        """
        Return a table's rows as column → value, sorted by primary key.
        """
        names = [column.name for column in model.__table__.columns]  # type: ignore[attr-defined]
        found = self._rows.get(model, {})
        return [dict(zip(names, found[key], strict=True)) for key in sorted(found)]

    def _deliver(self, record: Record, at: datetime) -> Delivered:
        offset = self._next.get(record.topic, 0)
        self._next[record.topic] = offset + 1
        encoded = encode(record, id=f"{record.topic}-{offset}", source="/driver", time=at)
        return decode(record.topic, 0, offset, encoded.key, encoded.value, encoded.headers)

    def _write(self, change: TableChange) -> None:
        columns = list(change.model.__table__.columns)  # type: ignore[attr-defined]
        is_key = [column.primary_key for column in columns]
        rows = self._rows.setdefault(change.model, {})
        for key in change.removed:
            rows.pop(key, None)
        for row in change.rows:
            key = tuple(value for value, keyed in zip(row, is_key, strict=True) if keyed)
            if change.add and key in rows:
                pairs = zip(rows[key], row, is_key, strict=True)
                rows[key] = tuple(old if keyed else old + new for old, new, keyed in pairs)
            else:
                rows[key] = row
