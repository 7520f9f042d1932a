"""
The garbage collector and live state: passes over it cost half of the hot loop, and it holds no cycles.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_off() -> Iterator[None]:
    """
    Leave what is in memory, and what the body puts there, to reference counts; `collect_young` does the rest.
    """
    enabled = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if enabled:
            gc.enable()


def collect_young() -> None:
    """
    Free the cycles of the last batch while the collector is off: the database driver leaves some that hold all of it.
    """
    if not gc.isenabled():
        gc.collect(0)
