"""
What the author of a projection writes: tables, and one handler for each record type that changes them.

A projection is a function of the records. It holds no client, clock or logger; it uses the record's time, and does
not depend on how partitions interleave: each row is written by the records of one key alone (`Rows`), or by one record
(`Appended`), or only ever added to (`Additive`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from sqlmodel import SQLModel

from inventory_stream.projection.tables import Table
from inventory_stream.records import TYPES, Delivered, Record, type_name

type_handler = Callable[[Any, Delivered], None]
Fetch = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]


class InvalidRecord(Exception):
    """
    The record decodes but cannot be applied.

    A handler raises this before it changes anything; the record goes to the dead letters with the message as reason.
    """


class Projection(ABC):
    """
    State, tables and handlers of one projection. An instance serves one owner of some partitions and is thrown away
    when they change; what it keeps in memory is loaded again by `load`.

    Class attributes:
        name: also the prefix of its PostgreSQL schemas (`inventory` → `inventory_v3`).
        revision: raise it when a handler gives other results for the same records, so that readers get a rebuild.
        ignores: record types of the topics it reads which it looked at and does not need. Every type of those topics
            is either handled or named here.
    """

    name: ClassVar[str]
    revision: ClassVar[int] = 1
    ignores: ClassVar[frozenset[type[Record]]] = frozenset()

    @abstractmethod
    def tables(self) -> Sequence[Table]:
        """
        Return the tables that handlers write to, in the order in which they are written.
        """

    @abstractmethod
    def handlers(self) -> Mapping[type[Record], type_handler]:
        """
        Return record type → method taking the record and its delivery (position, key, time).
        """

    def load(self, topic: str, keys: Collection[str], fetch: Fetch) -> None:  # noqa: B027 - optional
        """
        Bring the state of record keys into memory that are met for the first time since this instance was made.

        Args:
            fetch: runs a query (`%s` parameters, unqualified table names) and returns its rows as tuples.
        """

    @property
    def stateful(self) -> bool:
        """
        Whether `load` is needed at all.
        """
        return type(self).load is not Projection.load


def projection_tables(projection: Projection) -> list[type[SQLModel]]:
    """
    Return the table classes of a projection.
    """
    return [table.model for table in projection.tables()]


def projection_topics(projection: Projection) -> list[str]:
    """
    Return the topics that a projection reads, sorted: those of the record types that it handles.
    """
    return sorted({cls.topic for cls in projection.handlers()})


def undecided(projection: Projection) -> list[str]:
    """
    Return type names of the projection's topics that it neither handles nor ignores: each is a forgotten decision.
    """
    decided = {*projection.handlers(), *projection.ignores}
    topics = projection_topics(projection)
    rows = (row for row in TYPES.values() if row.family != "operations")
    return sorted(type_name(row.cls) for row in rows if row.cls.topic in topics and row.cls not in decided)
