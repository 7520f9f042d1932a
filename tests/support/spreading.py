"""
Which tests go to the same worker, and which go first.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = "tests/up/"
"""Its tests share a running system, which takes longer to start than most files take."""

# What takes a minute begins first, so that no worker is alone with it at the end.
LONG = (TOGETHER, "tests/e2e/", "tests/faults/")


class FileByFile(LoadScopeScheduling):
    """
    Gives each worker a file at a time, for a file's tests share a browser or an event, in the order of collection.
    """

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)


def share_of(nodeid: str) -> str:
    """
    Return what a test belongs to that one worker does alone: its file, or its folder.
    """
    return TOGETHER if nodeid.startswith(TOGETHER) else nodeid.partition("::")[0]


def place_of(item: pytest.Item) -> int:
    """
    Return where a test belongs: those that take long come first, and the others stay in their order.
    """
    return next((number for number, long in enumerate(LONG) if item.nodeid.startswith(long)), len(LONG))
