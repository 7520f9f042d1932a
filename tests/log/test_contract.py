"""
What both logs promise.
"""

from __future__ import annotations

from collections import defaultdict

import msgspec
import pytest
from views import Member, read_count, search, settle, spread, until, view

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


def test_a_single_member_gets_everything(log: Log) -> None:
    """
    A member alone owns all partitions of all topics, from where it says.
    """
    log.append(spread(30))
    member = Member(log, topics=("activity", "feedback"))

    until(lambda: len(member.records) == 30, member.poll)

    assert len(member.owned) == ACTIVITY + TOPICS["feedback"].partitions
    member.subscription.close()


def test_members_share_the_partitions(log: Log) -> None:
    """
    Two members own half of the partitions each, and no partition twice.
    """
    first, second = Member(log), Member(log)

    settle(first, second, each=ACTIVITY // 2)

    assert not first.owned & second.owned
    first.subscription.close()
    second.subscription.close()


def test_a_member_that_stays_keeps_half_of_its_partitions_all_the_time(log: Log) -> None:
    """
    When another member comes, only those partitions are revoked that it gets.
    """
    first = Member(log)
    settle(first, each=ACTIVITY)
    second = Member(log)

    settle(first, second, each=ACTIVITY // 2)

    assert [p for revoked in first.revocations for p in revoked] == sorted(second.owned)
    first.subscription.close()
    second.subscription.close()


def test_a_member_takes_over_from_one_that_leaves(log: Log) -> None:
    """
    Partitions of a member that leaves are revoked from it and assigned to the other.
    """
    first, second = Member(log), Member(log)
    settle(first, second, each=ACTIVITY // 2)

    first.subscription.close()

    assert first.owned == set()
    settle(second, each=ACTIVITY)
    second.subscription.close()


def test_members_together_read_everything_once(log: Log) -> None:
    """
    Members that share from the beginning read each record exactly once.
    """
    first, second = Member(log), Member(log)
    settle(first, second, each=ACTIVITY // 2)
    log.append(spread(100))

    until(lambda: len(first.records) + len(second.records) >= 100, lambda: (first.poll(), second.poll()))

    places = defaultdict(int)
    for record in first.records + second.records:
        places[record.partition, record.offset] += 1
    assert set(places.values()) == {1}
    first.subscription.close()
    second.subscription.close()


def test_a_seek_drops_what_was_fetched(log: Log) -> None:
    """
    After a seek the next record is that of the new offset, whatever lay ready.
    """
    place = log.append([view(number) for number in range(500)])[0]
    partition = Partition("activity", place.partition)
    member = Member(log)
    until(lambda: len(member.records) >= 10, lambda: member.poll(max_records=10))
    member.records.clear()

    member.subscription.seek({partition: 490})

    until(lambda: len(member.records) >= 10, member.poll)
    assert [record.offset for record in member.records] == list(range(490, 500))
    member.subscription.close()


def test_a_seek_goes_back(log: Log) -> None:
    """
    A seek to an earlier offset reads the same records again.
    """
    log.append([view(number) for number in range(5)])
    member = Member(log)
    until(lambda: len(member.records) == 5, member.poll)

    member.subscription.seek(dict.fromkeys(member.owned, 0))

    until(lambda: len(member.records) == 10, member.poll)
    assert [record.id for record in member.records[5:]] == ["0", "1", "2", "3", "4"]
    member.subscription.close()


def test_a_seek_in_a_partition_of_another_is_refused(log: Log) -> None:
    """
    Only assigned partitions can be sought in.
    """
    member = Member(log)

    with pytest.raises(LogError, match="not assigned"):
        member.subscription.seek({Partition("activity", 0): 0})
    member.subscription.close()


def test_release_revokes_and_assigns_everything_anew(log: Log) -> None:
    """
    A member that releases loses all of its partitions and, alone, gets them back.
    """
    member = Member(log)
    settle(member, each=ACTIVITY)

    member.subscription.release()

    assert member.owned == set()
    settle(member, each=ACTIVITY)
    assert len(member.assignments) == 2
    member.subscription.close()


def test_a_member_that_comes_back_under_its_name_gets_its_partitions(log: Log) -> None:
    """
    A second process under the same name takes exactly the first one's partitions, and nobody else's move.
    """
    first, other = Member(log, name="first"), Member(log, name="other")
    settle(first, other, each=ACTIVITY // 2)
    moved = len(other.assignments), len(other.revocations)

    again = Member(log, name="first")

    settle(again, other, each=ACTIVITY // 2)
    assert again.owned == first.owned
    assert (len(other.assignments), len(other.revocations)) == moved


def test_a_member_whose_place_was_taken_is_told(log: Log) -> None:
    """
    The one whose name another uses now gets an error, for good.
    """
    first = Member(log, name="first")
    settle(first, each=ACTIVITY)
    again = Member(log, name="first")
    settle(again, each=ACTIVITY)

    with pytest.raises(LogError):
        until(lambda: False, first.poll)


def test_an_owner_that_fails_is_asked_again(log: Log) -> None:
    """
    When `on_assigned` raises, so does the poll; the next one asks again, and no record was lost.
    """
    log.append(spread(20))
    member = Member(log)
    start, member.start = member.start, {}

    with pytest.raises(KeyError):
        until(lambda: False, member.poll)

    member.start = start
    until(lambda: len(member.records) == 20, member.poll)
    member.subscription.close()


def test_a_commit_never_fails(log: Log) -> None:
    """
    A commit of a partition that is not owned is nobody's trouble.
    """
    member = Member(log)

    member.subscription.commit({Partition("activity", 0): 3})

    member.subscription.close()


def _all(log: Log, count: int):
    return read_count(log.read(log.start_positions(["activity"])), count)
