"""
The garbage collector stays away from live state, and comes back.
"""

import gc
import weakref

from inventory_stream.projection.collection import collect_young, collection_off


class Cycle:
    """
    Holds itself.
    """

    def __init__(self) -> None:
        """
        Refer to itself.
        """
        self.me = self


def test_the_collector_is_off_inside_and_on_after() -> None:
    """
    Nothing is collected by itself inside the block.
    """
    before = gc.isenabled()
    with collection_off():
        inside = gc.isenabled()

    assert (before, inside, gc.isenabled()) == (True, False, True)


def test_a_collector_that_was_off_stays_off() -> None:
    """
    Who had turned it off before finds it off.
    """
    gc.disable()
    try:
        with collection_off():
            pass

        assert not gc.isenabled()
    finally:
        gc.enable()


def test_young_cycles_go_while_it_is_off() -> None:
    """
    What the last batch left behind does not wait for the end.
    """
    with collection_off():
        gone = weakref.ref(Cycle())
        collect_young()

        assert gone() is None
