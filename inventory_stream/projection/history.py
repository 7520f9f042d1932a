"""
What changed since a position that somebody names, as long as the change feed remembers it.
"""

from inventory_stream.log import Partition
from inventory_stream.projection.feed import keys_between
from inventory_stream.projection.snapshots import Snapshot

_SINCE = """
SELECT from_offset, next_offset, keys FROM "{schema}".projection_changes
WHERE topic = %s AND partition = %s AND next_offset > %s ORDER BY next_offset
"""


async def keys_since(snapshot: Snapshot, partition: Partition, position: int) -> set[str] | None:
    """
    Return the record keys of a partition that changed from a position up to the snapshot; None when that is not known.
    """
    connection = await snapshot.session.connection()
    query = _SINCE.format(schema=snapshot.schema)
    found = await connection.exec_driver_sql(query, (partition.topic, partition.number, position))
    return keys_between(found.all(), position, snapshot.positions.get(partition, 0))
