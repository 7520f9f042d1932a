"""
Keeps what coverage would clean up at a moment at which Python 3.11 cannot.

Coverage tells greenlets apart and keeps weak references to them. That of a thread which has ended is freed between two
instructions of the main thread, and the reference's callback is Python code, which is traced. When another thread ends
meanwhile, 3.11 tries for ever to attend to that before the first instruction of the callback. A greenlet that is kept is
not freed.
"""

from __future__ import annotations

import threading

from greenlet import getcurrent, greenlet
from greenlet._greenlet import enable_optional_cleanup

_kept: list[greenlet] = []
_run = threading.Thread.run


def keep_greenlets_of_threads() -> None:
    """
    From now on, keep the greenlet of each thread that starts: some hundred bytes a thread.
    """
    enable_optional_cleanup(False)  # it would look through the whole heap for who keeps them
    threading.Thread.run = _run_and_keep  # type: ignore[method-assign]


def _run_and_keep(thread: threading.Thread) -> None:
    _kept.append(getcurrent())
    _run(thread)
