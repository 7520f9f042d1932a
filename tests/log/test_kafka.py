"""
What only a broker can do: go away, come back, and be asked for too much.
"""

from __future__ import annotations

from random import Random

import msgspec
import pytest
from confluent_kafka import KafkaError
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from views import Member, read_count, settle, spread, until, view

from inventory_stream.local import LocalKafka
from inventory_stream.local.ports import free_port
from inventory_stream.log import LogError, LogUnavailable, MemberReplaced, Partition
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.log.kafka_errors import log_error
from inventory_stream.log.topics import create_topics, topic_config
from inventory_stream.records import TOPICS


@pytest.fixture
def away() -> KafkaLog:
    """
    A log whose broker is not there.
    """
    return KafkaLog(f"127.0.0.1:{free_port()}", delivery_timeout_s=0.5, request_timeout_s=0.5)


def test_an_append_without_a_broker_is_unavailable(away: KafkaLog) -> None:
    """
    What cannot be delivered in time raises `LogUnavailable`.
    """
    with pytest.raises(LogUnavailable):
        away.append([view(1)])


def test_a_failed_send_is_raised_by_flush_once(away: KafkaLog) -> None:
    """
    `send` does not wait; `flush` tells, and then it is told.
    """
    away.send([view(1)])

    with pytest.raises(LogUnavailable):
        away.flush()
    away.flush()


def test_positions_without_a_broker_are_unavailable(away: KafkaLog) -> None:
    """
    Questions to a broker that is away raise `LogUnavailable`.
    """
    with pytest.raises(LogUnavailable):
        away.end_positions(["inventory"])


def test_a_reader_without_a_broker_is_told(away: KafkaLog) -> None:
    """
    A poll says that the broker is away instead of looking like the end of the log.
    """
    reader = away.read({Partition("inventory", 0): 0})

    with pytest.raises(LogUnavailable):
        until(lambda: False, lambda: reader.poll(10, 0.2))
    reader.close()


def test_a_record_that_is_too_large_is_refused(kafka_log: KafkaLog) -> None:
    """
    A record that the broker would never take raises `LogError`, and the rest of the append is safe.
    """
    huge = msgspec.structs.replace(view(2), value=b"x" * 9_000_000)

    with pytest.raises(LogError, match="too large"):
        kafka_log.append([view(1), huge])

    assert sum(kafka_log.end_positions(["activity"]).values()) == 1


def test_a_record_larger_than_one_fetch_is_read(kafka_log: KafkaLog) -> None:
    """
    Fetches are small to bound memory; what the broker took comes through all the same, incompressible or not.
    """
    large = msgspec.structs.replace(view(1), value=Random(1).randbytes(7_000_000))
    kafka_log.append([large, view(2)])

    first, second = read_count(kafka_log.read(kafka_log.start_positions(["activity"])), 2)
    assert (first.value, second.id) == (large.value, "2")


def test_an_offset_that_is_gone_is_an_error(kafka_log: KafkaLog) -> None:
    """
    Reading from a place that does not exist is not silently reading from another.
    """
    reader = kafka_log.read({Partition("activity", 0): 1_000})

    with pytest.raises(LogError):
        until(lambda: False, lambda: reader.poll(10, 0.2))
    reader.close()


def test_everything_goes_on_after_a_broker_restart(kafka: LocalKafka, kafka_log: KafkaLog) -> None:
    """
    A killed broker that comes back loses nothing, doubles nothing, and its clients go on by themselves.
    """
    kafka_log.append(spread(50))
    member = Member(kafka_log)
    until(lambda: len(member.records) == 50, member.poll)

    kafka.kill()
    kafka_log.send([view(number) for number in range(100, 150)])
    kafka.start()
    kafka_log.flush()

    until(lambda: len(member.records) >= 100, lambda: _patient(member))
    assert [record.id for record in member.records[50:]] == [str(number) for number in range(100, 150)]
    assert len(read_count(kafka_log.read(kafka_log.start_positions(["activity"])), 100)) == 100
    member.subscription.close()


def test_a_member_that_is_silent_loses_its_partitions(kafka_log: KafkaLog) -> None:
    """
    The broker gives the partitions of a named member that left without a word to another after the session timeout.
    """
    first, second = Member(kafka_log, name="first"), Member(kafka_log, name="second")
    settle(first, second, each=6)

    first.subscription.close()

    settle(second, each=12)
    second.subscription.close()


def test_a_member_whose_place_was_taken_can_leave(kafka_log: KafkaLog) -> None:
    """
    One that slept while another took its name ends when it is closed, though it never heard of it.
    """
    first = Member(kafka_log, name="first")
    settle(first, each=12)
    again = Member(kafka_log, name="first")
    settle(again, each=12)
    for _ in range(40):  # several heartbeats, by which the first one's client learns
        again.poll()

    first.subscription.close()

    assert first.owned == set()
    again.subscription.close()


def test_topics_are_created_once(bootstrap_servers: str, prefix: str) -> None:
    """
    Creating topics that exist creates nothing and says so.
    """
    made = create_topics(bootstrap_servers, prefix)

    assert made == ([], [prefix + name for name in TOPICS])


def test_a_topic_with_fewer_partitions_is_an_error(bootstrap_servers: str) -> None:
    """
    A topic that was made by others with too few partitions is named.
    """
    client = AdminClient({"bootstrap.servers": bootstrap_servers})
    client.create_topics([NewTopic("narrow-activity", 2)])["narrow-activity"].result(10)

    with pytest.raises(LogError, match="narrow-activity has 2 partitions and the contract says 12"):
        create_topics(bootstrap_servers, "narrow-")


def test_the_models_topic_is_compacted() -> None:
    """
    The contract's retention becomes the broker's settings.
    """
    assert topic_config(TOPICS["models"])["cleanup.policy"] == "compact"
    assert topic_config(TOPICS["dead-letters"])["retention.ms"] == str(90 * 86_400_000)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (KafkaError(KafkaError._TRANSPORT), LogUnavailable),
        (KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION), LogUnavailable),
        (KafkaError(KafkaError._TRANSPORT, fatal=True), LogError),
        (KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED), LogError),
        (KafkaError(KafkaError._FATAL, "Broker: Static consumer fenced by other consumer", fatal=True), MemberReplaced),
    ],
)
def test_errors_that_may_pass_are_told_from_those_that_stay(error: KafkaError, kind: type[LogError]) -> None:
    """
    A broker that is away is `LogUnavailable`, unless the client gave up; who was replaced is told so; all else is `LogError`.
    """
    assert type(log_error(error)) is kind


def _patient(member: Member) -> None:
    try:
        member.poll()
    except LogUnavailable:
        return
