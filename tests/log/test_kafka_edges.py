"""
What a broker or its client does rarely: queues that are full, brokers that hang, transactions, fatal errors.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from types import SimpleNamespace

import msgspec
import pytest
from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient
from letters import refuse
from views import Member, read_count, until, view

from inventory_stream.local import LocalKafka
from inventory_stream.local.ports import free_port
from inventory_stream.log import LogError, LogUnavailable, Partition
from inventory_stream.log.dead_letters import read_letters
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.log.kafka_producer import Sender, producer_config
from inventory_stream.log.kafka_reader import KafkaReader, KafkaSubscription, consumer_config
from inventory_stream.log.topics import _create, _known_partitions, create_topics
from inventory_stream.records import TOPICS

FIRST, SECOND = Partition("activity", 0), Partition("activity", 1)
TRANSPORT = KafkaError(KafkaError._TRANSPORT)
FATAL = KafkaError(KafkaError._FATAL, "it is over", fatal=True)


@pytest.fixture
def sender(bootstrap_servers: str, prefix: str) -> Iterator[Sender]:
    """
    The fast path to a broker, on its own.
    """
    sender = Sender(producer_config(bootstrap_servers, 10), prefix)
    yield sender
    sender.close()


@pytest.fixture
def reader(kafka_log: KafkaLog) -> Iterator[KafkaReader]:
    """
    A reader of `activity` from its start, where five records lie.
    """
    kafka_log.append([view(number) for number in range(5)])
    reader = kafka_log.read(kafka_log.start_positions(["activity"]))
    yield reader
    reader.close()


def test_a_full_queue_makes_the_writer_wait(kafka_log: KafkaLog) -> None:
    """
    More than the client's queue takes is sent all the same, in order.
    """
    large = [msgspec.structs.replace(view(number), value=bytes(7_900_000)) for number in range(10)]

    kafka_log.send(large)
    kafka_log.flush()

    assert _end(kafka_log, "activity") == 10


def test_a_fatal_error_is_told_once_and_then_the_producer_is_new(sender: Sender, kafka_log: KafkaLog) -> None:
    """
    After an error that a client does not survive, the next record goes through another client.
    """
    sender.send([view(1)])
    sender._report(FATAL)

    with pytest.raises(LogError, match="it is over"):
        sender.flush()
    sender.send([view(2)])
    sender.flush()
    assert _end(kafka_log, "activity") >= 1


def test_what_the_client_mends_by_itself_is_nobody_s_trouble(sender: Sender) -> None:
    """
    A connection that was lost in the background fails no send.
    """
    sender.send([view(1)])
    sender._report(TRANSPORT)

    sender.flush()


def test_the_first_of_several_failures_is_told() -> None:
    """
    When all records of an append or of a send fail, one error says so.
    """
    away = KafkaLog(f"127.0.0.1:{free_port()}", delivery_timeout_s=0.3, request_timeout_s=0.3)

    with pytest.raises(LogUnavailable):
        away.append([view(1), view(2)])
    away.send([view(3), view(4)])
    with pytest.raises(LogUnavailable):
        away.flush()
    away.close()


def test_a_broker_that_hangs_is_unavailable(kafka: LocalKafka, bootstrap_servers: str, prefix: str) -> None:
    """
    Questions are asked again until the request timeout, and then it is told.
    """
    log = KafkaLog(bootstrap_servers, prefix, request_timeout_s=0.3)
    log.partitions("models")
    os.kill(kafka.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, kafka.pid, os.WSTOPPED | os.WNOWAIT)  # its threads go on for a moment
    try:
        with pytest.raises(LogUnavailable):
            log.end_positions(["models"])
    finally:
        os.kill(kafka.pid, signal.SIGCONT)
        log.close()


def test_no_topics_have_no_positions(kafka_log: KafkaLog) -> None:
    """
    Positions of nothing are asked of nobody.
    """
    assert kafka_log.end_positions([]) == {}


def test_a_transaction_s_mark_is_no_record(kafka_log: KafkaLog, bootstrap_servers: str, prefix: str) -> None:
    """
    What other writers' transactions leave at the end of a partition does not keep its readers waiting.
    """
    kafka_log.append([view(1)])
    refuse(kafka_log, read_count(kafka_log.read(kafka_log.start_positions(["activity"])), 1)[0])
    writer = Producer({"bootstrap.servers": bootstrap_servers, "transactional.id": prefix})
    writer.init_transactions(10)
    writer.begin_transaction()
    for number in range(TOPICS["dead-letters"].partitions):
        writer.produce(prefix + "dead-letters", b"no letter", partition=number)
    writer.commit_transaction(10)
    until(lambda: _end(kafka_log, "dead-letters") == 7, lambda: None)  # a letter, and three records with their marks

    assert [letter.record.original_id for letter in read_letters(kafka_log)] == ["1"]


def test_settings_that_the_client_refuses_are_an_error() -> None:
    """
    A reader that cannot be made raises, and leaves nothing to close.
    """
    with pytest.raises(LogError, match=r"no\.such\.setting"):
        KafkaReader({"group.id": "g", "no.such.setting": 1}, "", {}, None)


def test_the_end_of_a_partition_is_no_error(reader: KafkaReader) -> None:
    """
    A client that is told to say where a partition ends disturbs no reader.
    """
    reader._report(KafkaError(KafkaError._PARTITION_EOF))

    assert len(read_count(reader, 5)) == 5
    assert reader.poll(10, 0.05) == []


def test_an_outage_that_is_over_when_records_come_is_forgotten(reader: KafkaReader) -> None:
    """
    A reader that was cut off and is back does not raise at the end of the log.
    """
    reader._report(TRANSPORT)
    read_count(reader, 5)

    assert reader.poll(10, 0.05) == []


def test_an_error_that_stays_is_not_hidden_by_one_that_passes(reader: KafkaReader) -> None:
    """
    Of two errors the one that trying again does not mend is raised.
    """
    for error in (TRANSPORT, KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED), TRANSPORT):
        reader._report(error)

    with pytest.raises(LogError) as raised:
        until(lambda: False, lambda: reader.poll(10, 0.05))
    assert not isinstance(raised.value, LogUnavailable)


def test_a_reader_that_is_closed_while_records_come_ends(reader: KafkaReader) -> None:
    """
    Closing serves what is queued, but does not read on for ever.
    """
    real, endless = reader._consumer, SimpleNamespace(consume=lambda *_: ["one more"], closed=[])
    endless.close = lambda: endless.closed.append(True)
    reader._consumer = endless
    reader.close()
    reader._consumer = real

    assert endless.closed == [True]


def test_topics_that_others_make_meanwhile_count_as_there(bootstrap_servers: str, prefix: str) -> None:
    """
    A topic that appears between the look and the request is not created again, and no error.
    """
    client = AdminClient({"bootstrap.servers": bootstrap_servers})

    assert _create(client, prefix, list(TOPICS.values()), 1) == []


def test_more_replicas_than_brokers_are_refused(bootstrap_servers: str) -> None:
    """
    What the broker does not accept is an error with its reason.
    """
    with pytest.raises(LogError, match="replication factor"):
        create_topics(bootstrap_servers, "wide-", replication_factor=3)


def test_topics_that_never_show_are_unavailable() -> None:
    """
    A broker that says "created" and then does not know the topic is waited for, but not for ever.
    """
    client = SimpleNamespace(list_topics=lambda **_: SimpleNamespace(topics={}))

    with pytest.raises(LogUnavailable, match="does not show"):
        _known_partitions(client, ["x-activity"], timeout_s=0.01)


def test_a_commit_that_the_client_refuses_is_nobody_s_trouble(kafka_log: KafkaLog) -> None:
    """
    Kafka's own commits are advisory: a failure of one fails nothing.
    """

    def refuse_commit(**_: object) -> None:
        raise KafkaException(TRANSPORT)

    member = Member(kafka_log)
    real, member.subscription._consumer = member.subscription._consumer, SimpleNamespace(commit=refuse_commit)
    member.subscription.commit({FIRST: 3})
    member.subscription._consumer = real

    member.subscription.close()


def test_a_member_with_a_name_commits_nothing(kafka_log: KafkaLog) -> None:
    """
    A commit could cost it its membership after an outage, and it is advisory.
    """
    asked: list[object] = []
    member = Member(kafka_log, name="one")
    real, member.subscription._consumer = member.subscription._consumer, SimpleNamespace(commit=asked.append)
    member.subscription.commit({FIRST: 3})
    member.subscription._consumer = real
    member.subscription.close()

    assert asked == []


class Hasty(KafkaSubscription):
    """
    A subscription that loses the first partition in the very call that fetches a record of it and one of the second.
    """

    def _fetch(self, max_records: int, timeout_s: float) -> list[Message]:
        messages = super()._fetch(max_records, timeout_s)
        while len(messages) == 1:
            messages += super()._fetch(1, timeout_s)
        if messages:
            self._lost.add(FIRST)
        return messages


def test_records_outlive_an_owner_that_fails(bootstrap_servers: str, kafka_log: KafkaLog, prefix: str) -> None:
    """
    What was fetched when the owner failed is handed out by the next poll, without what was lost meanwhile.
    """
    kafka_log.append([msgspec.structs.replace(view(number), partition=number) for number in (0, 1)])
    failures = [LookupError("the database is away")]

    def revoked(_: list[Partition]) -> None:
        if failures:
            raise failures.pop()

    config = {**consumer_config(bootstrap_servers, prefix), "partition.assignment.strategy": "cooperative-sticky"}
    starts = kafka_log.start_positions(["activity"])
    hasty = Hasty(config, prefix, ["activity"], lambda partitions: {p: starts[p] for p in partitions}, revoked, None)
    with pytest.raises(LookupError):
        until(lambda: False, lambda: hasty.poll(1_000, 0.2))

    assert hasty.positions()[Partition("activity", 1)] == 0
    assert [record.partition for record in hasty.poll(1_000, 0.2)] == [1]
    hasty.close()


def _end(log: KafkaLog, topic: str) -> int:
    """
    Return how many offsets of a topic are given away.
    """
    return sum(log.end_positions([topic]).values())
