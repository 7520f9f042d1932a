"""
Partitions that end in transactions' marks are read to their end.
"""

from __future__ import annotations

from time import monotonic

import msgspec
import pytest
from transactions import Transactions
from views import Member, read_count, until, view

from inventory_stream.importers.documents import read_held
from inventory_stream.log import Partition
from inventory_stream.log.dead_letters import read_present
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.log.ranges import read_range
from inventory_stream.records import Encoded

FIRST = Partition("activity", 0)


def views(start: int, stop: int) -> list[Encoded]:
    """
    Views by number, all in the first partition.
    """
    return [msgspec.structs.replace(view(number), partition=0) for number in range(start, stop)]


@pytest.fixture
def writer(bootstrap_servers: str, prefix: str, kafka_log: KafkaLog) -> Transactions:
    """
    A writer with transactions.
    """
    return Transactions(bootstrap_servers, prefix, kafka_log)


@pytest.fixture
def marked(kafka_log: KafkaLog, writer: Transactions) -> KafkaLog:
    """
    A log of 5 records, 1 mark, 3 records that were aborted, and their mark.
    """
    writer.commit(views(0, 5))
    writer.abort(views(5, 8))
    return kafka_log


def test_a_reader_passes_over_marks_and_aborted_records(marked: KafkaLog) -> None:
    """
    A reader that has returned the last record comes to stand at the end.
    """
    reader = marked.read({FIRST: 0})
    records = read_count(reader, 5)

    until(lambda: reader.positions() == {FIRST: 10}, lambda: records.extend(reader.poll(10, 0.1)))

    assert ([record.id for record in records], marked.end_positions(["activity"])[FIRST]) == (list("01234"), 10)


def test_a_reader_never_stands_before_what_it_returned(kafka_log: KafkaLog, writer: Transactions) -> None:
    """
    However many records a poll takes from between marks, the position is where the next records begin.
    """
    for number in range(0, 40, 2):
        writer.commit(views(number, number + 2))
        writer.abort(views(100, 101))
    reader, seen = kafka_log.read({FIRST: 0}), [-1]
    wrong = []

    def step() -> None:
        before = reader.positions()[FIRST]
        offsets = [record.offset for record in reader.poll(3, 0.1)]
        seen.extend(offsets)
        wrong.extend(offset for offset in offsets if offset < before)
        wrong.extend([] if reader.positions()[FIRST] > seen[-1] else [seen[-1]])

    until(lambda: reader.positions()[FIRST] == 100, step)

    assert (len(seen) - 1, wrong) == (40, [])


def test_a_mark_alone_does_not_end_a_wait(marked: KafkaLog, writer: Transactions) -> None:
    """
    A poll waits for a record as long as it was told to, also where marks come meanwhile.
    """
    reader = marked.read({FIRST: 10})
    writer.abort(views(8, 9))

    begun = monotonic()
    records = reader.poll(10, 0.5)

    assert (records, monotonic() - begun >= 0.5, reader.positions()) == ([], True, {FIRST: 12})


def test_a_member_passes_over_marks(marked: KafkaLog) -> None:
    """
    A subscription, too, comes to stand at the end, and after a seek back where it was sent.
    """
    member = Member(marked)
    until(lambda: bool(member.owned) and member.subscription.positions()[FIRST] == 10, member.poll)

    member.subscription.seek({FIRST: 2})

    assert member.subscription.positions()[FIRST] == 2
    member.subscription.close()


def test_a_range_ends_where_its_last_offset_is_a_mark(marked: KafkaLog) -> None:
    """
    What lies between positions is read to its end, wherever that is: before, at or after a mark.
    """
    ranges = {end: [r.id for batch in read_range(marked, {FIRST: 3}, {FIRST: end}) for r in batch] for end in (4, 6, 9)}

    assert ranges == {4: ["3"], 6: ["3", "4"], 9: ["3", "4"]}
    assert len(list(read_present(marked, marked.start_positions(["activity"])))) == 5


def test_an_importer_reads_what_the_topic_holds(marked: KafkaLog) -> None:
    """
    What was imported before is found in a topic that ends in marks.
    """
    reports: list[int] = []

    read_held(marked, "/test", "activity", reports.append)

    assert sum(reports) == 5
