"""
A projection of very many seats, written straight into its tables: one event made from records, copied as often as needed.
"""

from datetime import UTC, datetime
from itertools import islice

import psycopg

from benchmarks.onsale import OnSale
from inventory_api.projection import InventoryProjection
from inventory_stream.log import Partition
from inventory_stream.projection.applier import Applier, DeadLetterLimits
from inventory_stream.projection.store import Store
from inventory_stream.projection.versions import ensure_live
from inventory_stream.records import decode

SECTIONS, SECTION_SEATS = 10, 100
EVENT_SEATS = SECTIONS * SECTION_SEATS
RECORDS = 500
_SCHEMA = "inventory_v1"
_PLACE = Partition("inventory", 0)
_COPY = (
    """
    INSERT INTO events SELECT r.* FROM events AS e, generate_series(%(first)s::int, %(last)s::int) AS n,
        jsonb_populate_record(e, jsonb_build_object('event_id', 'event-' || n, 'name', 'Concert ' || n)) AS r
    WHERE e.event_id = 'event-0'
    """,
    """
    INSERT INTO sections SELECT r.* FROM sections AS s, generate_series(%(first)s::int, %(last)s::int) AS n,
        jsonb_populate_record(
            s, jsonb_build_object('event_id', 'event-' || n, 'section_no', s.section_no + 1000::bigint * n)
        ) AS r
    WHERE s.event_id = 'event-0'
    """,
    """
    INSERT INTO section_status SELECT r.* FROM sections AS s JOIN section_status AS t USING (section_no),
        generate_series(%(first)s::int, %(last)s::int) AS n,
        jsonb_populate_record(t, jsonb_build_object('section_no', t.section_no + 1000::bigint * n)) AS r
    WHERE s.event_id = 'event-0'
    """,
    "ANALYZE",
)


def plant(database_url: str) -> None:
    """
    Make the projection and its first event, half of it sold, by applying records.
    """
    with psycopg.connect(database_url, autocommit=True) as connection:
        ensure_live(connection, InventoryProjection())
    store = Store(database_url, InventoryProjection.name, _SCHEMA)
    try:
        applier = Applier(InventoryProjection, store.fetch, DeadLetterLimits())
        store.acquire({_PLACE: 0})
        world = OnSale(1, SECTIONS)
        records = enumerate([*world.catalogue(), *islice(world.sales(RECORDS), RECORDS)])
        batch = [decode(*_PLACE, offset, one.key, one.value, one.headers) for offset, one in records]
        store.commit(store.stage(applier.apply(batch)), {}, datetime.now(UTC))
    finally:
        store.close()


def grow(database_url: str, before: int, after: int) -> None:
    """
    Copy the first event until there are as many events as wanted.
    """
    with psycopg.connect(database_url, autocommit=True, options=f"-c search_path={_SCHEMA}") as connection:
        for statement in _COPY:
            connection.execute(statement.encode(), {"first": before, "last": after - 1} if "%" in statement else None)
