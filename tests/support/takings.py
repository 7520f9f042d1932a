"""
A small projection with one table of each kind, for tests of the runtime. Run as a program it is its projector.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Column
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from inventory_stream.projection import Additive, Fetch, InvalidRecord, Projection, Rows
from inventory_stream.projection.tables import Table
from inventory_stream.records import TYPES, Delivered, Encoded, Record, encode
from inventory_stream.records.catalogue import EventScheduled
from inventory_stream.records.inventory import OrderPlaced

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


class _Table(SQLModel, registry=registry()):
    pass


class EventTakings(_Table, table=True):
    """
    One row an event, written by its records alone. `chain` depends on every record and on their order.
    """

    __tablename__ = "event_takings"

    event_id: str = Field(primary_key=True)
    orders: int
    chain: int = Field(sa_column=Column(BigInteger))


class CustomerTakings(_Table, table=True):
    """
    Sums by customer, added to by any partition.
    """

    __tablename__ = "customer_takings"

    customer_id: str = Field(primary_key=True)
    orders: int
    cents: int = Field(sa_column=Column(BigInteger))


class Takings(Projection):
    """
    Counts orders by event (stateful) and by customer (additive). Refuses orders of the section "invalid".
    """

    name = "takings"
    ignores = frozenset(row.cls for row in TYPES.values()) - {OrderPlaced}

    def __init__(self) -> None:
        self._events: Rows[EventTakings] = Rows(EventTakings, lambda row: (row.event_id, row.orders, row.chain))
        self._customers = Additive(CustomerTakings)
        self._state: dict[str, EventTakings] = {}

    def tables(self) -> Sequence[Table]:
        """
        Rows, then sums.
        """
        return [self._events, self._customers]

    def handlers(self) -> Mapping[type[Record], object]:
        """
        Orders only.
        """
        return {OrderPlaced: self.order_placed}

    def load(self, topic: str, keys: Collection[str], fetch: Fetch) -> None:
        """
        Bring the rows of events into memory.
        """
        for row in fetch("SELECT event_id, orders, chain FROM event_takings WHERE event_id = ANY(%s)", [list(keys)]):
            self._state[row[0]] = EventTakings(event_id=row[0], orders=row[1], chain=row[2])

    def order_placed(self, record: OrderPlaced, delivered: Delivered) -> None:
        """
        Count an order.
        """
        if record.section == "invalid":
            raise InvalidRecord("section: there is no section called invalid")
        row = self._state.get(record.event_id)
        if row is None:
            row = self._state[record.event_id] = EventTakings(event_id=record.event_id, orders=0, chain=0)
        row.orders += 1
        row.chain = (row.chain * 31 + record.face_cents + delivered.at.second) % 1_000_000_007
        self._events.put(record.event_id, row)
        self._customers.add((record.customer_id,), 1, record.face_cents)


def order(number: int, *, event: str = "", section: str = "A", customer: str = "") -> Encoded:
    """
    Return the order with this number; its event and customer follow from the number unless given.
    """
    record = OrderPlaced(
        event_id=event or f"event-{number % 97}",
        section=section,
        quantity=1,
        order_id=f"order-{number}",
        customer_id=customer or f"customer-{number % 1009}",
        face_cents=number % 5003,
    )
    return encode(record, id=f"order-{number}", source="/takings", time=NOON + timedelta(milliseconds=number))


def orders(start: int, stop: int) -> Iterator[Encoded]:
    """
    Yield orders by number, with a record that nobody handles now and then.
    """
    for number in range(start, stop):
        yield order(number)
        if number % 10 == 0:
            event = EventScheduled(event_id=f"event-{number % 97}", name="x", venue_id="v", starts_at=NOON)
            yield encode(event, id=f"event-{number}", source="/takings", time=NOON)


__all__ = ["NOON", "CustomerTakings", "EventTakings", "Takings", "order", "orders"]

if __name__ == "__main__":
    from inventory_stream.projection.process import main
    from inventory_stream.projection.session import ProjectorOptions

    # Small batches make many moments at which a kill can fall.
    main(Takings, ProjectorOptions(live_batch=500, max_batch=500))
