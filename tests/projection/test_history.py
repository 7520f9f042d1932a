"""
What changed since a position that somebody names.
"""

import pytest
from followed import FIRST, SECOND, Commits, Heard, follow

from inventory_stream.projection.history import keys_since


@pytest.mark.parametrize(
    ("position", "keys"),
    [
        (0, {"a", "b", "c"}),
        (5, {"b", "c"}),
        (7, {"b", "c"}),
        (10, {"c"}),
        (12, set()),
        (99, None),
    ],
)
def test_keys_since_a_position(database_url, position, keys):
    """
    All keys of the commits after it; of the commit that it lies in, too; nothing is known beyond the end.
    """
    found = []

    async def act(reader, commits: Commits, heard: Heard):
        commits.commit(FIRST, 0, 5, "a")
        commits.commit(FIRST, 5, 10, "b")
        commits.commit(FIRST, 10, 12, "c")
        commits.commit(SECOND, 0, 99, "d")
        found.append(await reader.run(lambda snapshot: keys_since(snapshot, FIRST, position)))

    follow(database_url, act)
    assert found == [keys]


@pytest.mark.parametrize(
    "forget",
    ["DELETE FROM takings_v1.projection_changes WHERE next_offset = 5", "UPDATE takings_v1.projection_changes SET keys = NULL"],
    ids=["pruned", "anything"],
)  # fmt: skip
def test_what_is_forgotten_is_not_known(database_url, forget):
    """
    Where a commit is gone, or did not say which keys, any may have changed.
    """
    found = []

    async def act(reader, commits: Commits, heard: Heard):
        commits.commit(FIRST, 0, 5, "a")
        commits.commit(FIRST, 5, 10, "b")
        commits.connection.execute(forget)
        found.append(await reader.run(lambda snapshot: keys_since(snapshot, FIRST, 3)))

    follow(database_url, act)
    assert found == [None]
