"""
The access log: lines are written together.
"""

import json

from inventory_stream.web.logs import MOST_LINES, AccessLine, AccessLog

LINE = AccessLine(1.5, "sample", "GET", '/v1/thi\nngs"', 200, 0.25, "abc")


def test_lines_are_written_together_when_flushed():
    """
    Nothing is written before; then each line is one JSON object, whatever is in the path.
    """
    written: list[str] = []
    log = AccessLog(written.append)

    log.add(LINE)
    log.add(LINE)
    before = list(written)
    log.flush()

    assert (before, len(written)) == ([], 1)
    rows = [json.loads(line) for line in written[0].splitlines()]
    assert [(row["path"], row["ms"], row["logger"]) for row in rows] == [(LINE.path, 0.25, "access")] * 2


def test_one_caller_is_told_to_flush():
    """
    The first line since the last flush asks for the next, the others do not.
    """
    log = AccessLog(lambda _: None)

    asked = [log.add(LINE), log.add(LINE)]
    log.flush()

    assert [*asked, log.add(LINE)] == [True, False, True]


def test_many_lines_do_not_wait():
    """
    A batch that is full is written at once, and nobody is told to flush a second time for it.
    """
    written: list[str] = []
    log = AccessLog(written.append)

    asked = [log.add(LINE) for _ in range(MOST_LINES + 1)]

    assert [text.count("\n") for text in written] == [MOST_LINES]
    assert asked == [True] + [False] * MOST_LINES


def test_nothing_is_written_for_nothing():
    """
    A flush without lines writes nothing.
    """
    written: list[str] = []

    AccessLog(written.append).flush()

    assert written == []
