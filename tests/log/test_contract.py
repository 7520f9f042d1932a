"""
What both logs promise.
"""

from __future__ import annotations

import msgspec
import pytest
from views import read_count, search, spread, until, view

from inventory_stream.log import Log, LogError, Partition, Position
from inventory_stream.records import TOPICS
from inventory_stream.records.activity import EventViewed

ACTIVITY = TOPICS["activity"].partitions


def test_records_of_one_key_keep_their_order(log: Log) -> None:
    """
    Records of one key come back in the order in which they were appended and sent.
    """
    log.append([view(number) for number in range(50)])
    log.send([view(number) for number in range(50, 100)])
    log.append([view(number) for number in range(100, 150)])

    records = read_count(log.read(log.start_positions(["activity"])), 150)

    assert [record.id for record in records] == [str(number) for number in range(150)]


def test_a_key_keeps_its_partition(log: Log) -> None:
    """
    All records of a key lie in one partition.
    """
    positions = log.append(spread(40) + spread(40))

    assert [place.partition for place in positions[:40]] == [place.partition for place in positions[40:]]


def test_keys_lie_where_java_puts_them(log: Log) -> None:
    """
    A key's partition is that of Kafka's own clients, so that others may write the same topics.
    """
    java = {"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536}  # murmur2 of each key

    places = log.append([view(number, session=key) for number, key in enumerate(java)])

    assert [place.partition for place in places] == [(code & 0x7FFFFFFF) % ACTIVITY for code in java.values()]


def test_positions_are_in_the_order_of_the_records(log: Log) -> None:
    """
    The n-th position is that of the n-th record.
    """
    records = spread(100)

    positions = log.append(records)

    found = {record.id: Position(record.topic, record.partition, record.offset) for record in _all(log, 100)}
    assert positions == [found[str(number)] for number in range(100)]


def test_a_given_partition_wins_over_the_key(log: Log) -> None:
    """
    A record that names its partition lies there.
    """
    positions = log.append([msgspec.structs.replace(view(1), partition=number) for number in range(ACTIVITY)])

    assert positions == [Position("activity", number, 0) for number in range(ACTIVITY)]


def test_headers_and_value_come_back_as_they_were(log: Log) -> None:
    """
    Headers and value are read byte for byte, in order.
    """
    record = view(1)
    sent = msgspec.structs.replace(record, headers=[*record.headers, ("ce_more", b"\xff\x00")])

    log.append([sent])

    (found,) = _all(log, 1)
    assert (found.headers, found.value) == (sent.headers, sent.value)


def test_a_record_is_decoded(log: Log) -> None:
    """
    A record comes with its struct and its words.
    """
    log.append([view(7, session="s1", event="e9")])

    (found,) = _all(log, 1)
    assert found.record == EventViewed(session_id="s1", event_id="e9")
    assert (found.topic, found.key, found.id, found.source) == ("activity", "s1", "7", "/test")


def test_a_type_that_is_not_wanted_is_delivered_without_its_record(log: Log) -> None:
    """
    Only wanted types are decoded; the others are there all the same.
    """
    log.append([view(1), search(2)])

    records = read_count(log.read(log.start_positions(["activity"]), frozenset({"search.made.v1"})), 2)

    assert [(record.type, record.record is None) for record in records] == [
        ("event.viewed.v1", True),
        ("search.made.v1", False),
    ]


def test_a_record_that_cannot_be_decoded_says_why(log: Log) -> None:
    """
    Bad bytes are delivered with the reason.
    """
    log.append([msgspec.structs.replace(view(1), value=b"{"), msgspec.structs.replace(view(2), headers=[])])

    bad, bare = _all(log, 2)
    assert bad.failure.startswith("value is not a valid event.viewed.v1")
    assert bare.failure == "header ce_type is missing"


def test_an_empty_log_starts_and_ends_at_zero(log: Log) -> None:
    """
    Before the first record, start and end are 0 in every partition of the topics.
    """
    nothing = {Partition("feedback", number): 0 for number in range(6)} | {Partition("models", 0): 0}

    assert log.start_positions(["feedback", "models"]) == log.end_positions(["feedback", "models"]) == nothing


def test_the_end_is_after_the_last_record(log: Log) -> None:
    """
    End positions count what was appended.
    """
    log.send(spread(30))
    log.flush()

    assert sum(log.end_positions(["activity"]).values()) == 30


def test_an_append_of_many_is_there_once(log: Log) -> None:
    """
    Every record of a large append is there, and none twice.
    """
    log.append(spread(5_000))

    assert len({record.id for record in _all(log, 5_000)}) == sum(log.end_positions(["activity"]).values()) == 5_000


def test_a_reader_starts_at_its_positions(log: Log) -> None:
    """
    A reader gives what lies at its offset and after it, in its partitions alone.
    """
    place = log.append([view(number) for number in range(10)])[6]
    log.append(spread(20))

    reader = log.read({Partition("activity", place.partition): place.offset})

    assert read_count(reader, 4)[0].id == "6"


def test_a_reader_at_the_end_gives_nothing(log: Log) -> None:
    """
    At the end of the log a poll is an empty list.
    """
    log.append(spread(5))

    assert log.read(log.end_positions(["activity"])).poll(100, 0.2) == []


def test_a_reader_says_how_far_it_is(log: Log) -> None:
    """
    Positions are where reading began, then after the last record that was returned.
    """
    place = log.append([view(number) for number in range(10)])[2]
    partition, other = Partition("activity", place.partition), Partition("activity", (place.partition + 1) % ACTIVITY)
    reader = log.read({partition: place.offset, other: 0})
    before = reader.positions()

    until(lambda: reader.positions()[partition] > place.offset, lambda: reader.poll(3, 0.5))

    assert (before, reader.positions()) == ({partition: 2, other: 0}, {partition: 5, other: 0})


def test_a_poll_gives_no_more_than_asked_for(log: Log) -> None:
    """
    `max_records` is kept, and the rest comes later.
    """
    log.append([view(number) for number in range(10)])
    reader = log.read(log.start_positions(["activity"]))

    sizes: list[int] = []
    until(lambda: sum(sizes) == 10, lambda: sizes.append(len(reader.poll(3, 0.5))))

    assert max(sizes) == 3


def test_an_unknown_topic_is_an_error(log: Log) -> None:
    """
    Asking for a topic that is not there is refused.
    """
    with pytest.raises(LogError, match="does not exist"):
        log.partitions("nothing")


def test_many_are_sent_at_once(log: Log) -> None:
    """
    Every record of a large send is there when it is flushed.
    """
    log.send(spread(5_000))
    log.flush()

    assert sum(log.end_positions(["activity"]).values()) == 5_000


def test_a_partition_that_is_not_there_is_refused(log: Log) -> None:
    """
    A record that names a partition beyond the topic's last is an error.
    """
    with pytest.raises(LogError):
        log.append([msgspec.structs.replace(view(1), partition=ACTIVITY)])


def _all(log: Log, count: int):
    return read_count(log.read(log.start_positions(["activity"])), count)
