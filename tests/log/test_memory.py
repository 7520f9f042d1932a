"""
What only the log in memory does.
"""

from threading import Thread

from views import view

from inventory_stream.testing import MemoryLog


def test_a_reader_that_waits_is_woken() -> None:
    """
    A record that comes while a reader waits is given at once.
    """
    log = MemoryLog()
    reader = log.read(log.start_positions(["activity"]))
    writer = Thread(target=log.append, args=([view(1)],))
    with log._changed:  # the writer gets the lock when the reader waits
        writer.start()
        records = reader.poll(10, 30)
    writer.join()

    assert [record.id for record in records] == ["1"]
