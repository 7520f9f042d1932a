"""
What both logs promise to the members of a group.
"""

from __future__ import annotations

from collections import defaultdict

import pytest
from views import Member, settle, spread, until, view

from inventory_stream.log import Log, LogError, Partition
from inventory_stream.records import TOPICS

ACTIVITY = TOPICS["activity"].partitions


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


def test_a_subscription_says_how_far_it_is(log: Log) -> None:
    """
    Positions are those of the partitions that are owned: where the owner said, then after what was returned.
    """
    place = log.append([view(number) for number in range(5)])[0]
    member = Member(log)
    nothing = member.subscription.positions()
    until(lambda: len(member.records) == 5, member.poll)
    read = member.subscription.positions()
    member.subscription.seek({Partition("activity", place.partition): 3})
    sought = member.subscription.positions()
    member.subscription.close()

    none_read = dict.fromkeys(log.start_positions(["activity"]), 0)
    assert (nothing, read) == ({}, none_read | {Partition("activity", place.partition): 5})
    assert sought == none_read | {Partition("activity", place.partition): 3}


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


def test_a_member_beyond_the_partitions_waits(log: Log) -> None:
    """
    Of two members that share one partition, one has it and the other is there when it leaves.
    """
    first = Member(log, topics=("models",))
    settle(first, each=1)
    second = Member(log, topics=("models",))
    until(lambda: second.records == [], second.poll)

    first.subscription.close()

    settle(second, each=1)
    second.subscription.close()


def test_a_member_may_be_closed_twice(log: Log) -> None:
    """
    Closing again does nothing.
    """
    member = Member(log)
    settle(member, each=ACTIVITY)

    member.subscription.close()
    member.subscription.close()

    assert len(member.revocations) == 1


def test_a_commit_never_fails(log: Log) -> None:
    """
    A commit of a partition that is not owned is nobody's trouble.
    """
    member = Member(log)

    member.subscription.commit({Partition("activity", 0): 3})

    member.subscription.close()
