'''
What tests of projections need, without a broker.

A test appends records to a `MemoryLog`, lets a projection handle them, and looks at what it would write:

    def test_a_view_is_counted() -> None:
        """
        One view of an event makes one.
        """
        log = MemoryLog()
        view = EventViewed(session_id="s1", event_id="e1")
        log.append([encode(view, id="1", source="/test", time=datetime(2030, 1, 1, tzinfo=UTC))])
        projection = Views()

        for delivered in log.read(log.start_positions(["activity"])).poll(100, 0):
            projection.handlers()[type(delivered.record)](delivered.record, delivered)

        assert projection.views["e1"] == 1
'''

from inventory_stream.log.memory import MemoryLog
from inventory_stream.projection.driver import ProjectionDriver

__all__ = ["MemoryLog", "ProjectionDriver"]
