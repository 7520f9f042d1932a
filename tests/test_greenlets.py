"""
What the tests themselves need so that they end: see `tests/support/greenlets.py`.
"""

from __future__ import annotations

import threading
import weakref

from greenlet import getcurrent, greenlet


def test_the_greenlet_of_a_thread_outlives_it() -> None:
    """
    Nothing is cleaned up after a thread that has ended.
    """
    seen: list[weakref.ref[greenlet]] = []
    thread = threading.Thread(target=lambda: seen.append(weakref.ref(getcurrent())))
    thread.start()
    thread.join()

    assert seen[0]() is not None
