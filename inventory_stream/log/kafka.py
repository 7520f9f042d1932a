"""
The log on Apache Kafka.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from time import monotonic, sleep
from typing import Any

from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from inventory_stream.log.base import LogError, LogUnavailable, Partition, Position, Reader, Subscription
from inventory_stream.log.kafka_errors import translated
from inventory_stream.log.kafka_producer import Appender, Sender, producer_config
from inventory_stream.log.kafka_reader import KafkaReader, KafkaSubscription, consumer_config
from inventory_stream.records import Encoded

_RETRY_S = 0.05
_ASK_S = 2.0  # a question that a dying broker took along is never answered: ask again long before giving up
READER_GROUP = "seatstream-readers"  # a name the client wants; readers of given partitions join no group


class KafkaLog:
    """
    A log kept by Kafka brokers. Connections are made when first needed, so it may be built before a fork.

    Args:
        bootstrap_servers: `host:port`, several separated by commas.
        prefix: put before the names of topics and groups.
        delivery_timeout_s: how long an append may take, retries included.
        request_timeout_s: how long a question to the broker may take.
        session_timeout_s: after this time without a heartbeat a group member has lost its partitions.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        prefix: str = "",
        *,
        delivery_timeout_s: float = 30.0,
        request_timeout_s: float = 10.0,
        session_timeout_s: float = 3.0,
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._prefix = prefix
        self._request_timeout_s = request_timeout_s
        self._session_timeout_s = session_timeout_s
        config = producer_config(bootstrap_servers, delivery_timeout_s)
        self._sender = Sender(config, prefix)
        self._appender = Appender(config, prefix)
        self._partitions: dict[str, int] = {}

    def append(self, records: Iterable[Encoded]) -> list[Position]:
        """
        Append the records, wait until all are safe, and return where each lies.
        """
        self._sender.flush()  # two producers: what was sent before comes before
        return self._appender.append(records)

    def send(self, records: Iterable[Encoded]) -> None:
        """
        Append without waiting; a failure is raised by a later `send`, `append` or `flush`.
        """
        self._sender.send(records)

    def flush(self) -> None:
        """
        Wait until everything sent is safe.
        """
        self._sender.flush()

    def partitions(self, topic: str) -> int:
        """
        Return the number of partitions of the topic.
        """
        if topic not in self._partitions:
            name = self._prefix + topic
            with translated():
                found = self._admin.list_topics(name, timeout=self._request_timeout_s).topics[name]
            if found.error is not None:
                raise LogError(f"topic {name} does not exist: create it with `seatstream topics create`")
            self._partitions[topic] = len(found.partitions)
        return self._partitions[topic]

    def start_positions(self, topics: Collection[str]) -> dict[Partition, int]:
        """
        Return the offset of the first record that is still there, for each partition.
        """
        return self._offsets(topics, OffsetSpec.earliest())  # type: ignore[no-untyped-call]

    def end_positions(self, topics: Collection[str]) -> dict[Partition, int]:
        """
        Return the offset after the last record, for each partition.
        """
        return self._offsets(topics, OffsetSpec.latest())  # type: ignore[no-untyped-call]

    def read(self, positions: Mapping[Partition, int], wanted: frozenset[str] | None = None) -> Reader:
        """
        Return a reader of exactly these partitions, each from its offset.
        """
        return KafkaReader(self._consumer_config(READER_GROUP), self._prefix, positions, wanted)

    def subscribe(
        self,
        group: str,
        topics: Collection[str],
        *,
        on_assigned: Callable[[list[Partition]], Mapping[Partition, int]],
        on_revoked: Callable[[list[Partition]], None],
        wanted: frozenset[str] | None = None,
        member: str = "",
    ) -> Subscription:
        """
        Join a group that shares the topics' partitions.
        """
        config = {
            **self._consumer_config(self._prefix + group),
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": int(self._session_timeout_s * 1000),
            "heartbeat.interval.ms": min(500, int(self._session_timeout_s * 1000 / 3)),
        }
        if member:
            config["group.instance.id"] = member
        return KafkaSubscription(config, self._prefix, topics, on_assigned, on_revoked, wanted)

    def close(self) -> None:
        """
        Flush and let go of all connections.
        """
        try:
            self._sender.flush()
        finally:
            self._sender.close()
            self._appender.close()

    @cached_property
    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self._bootstrap_servers, "log_level": 0})

    def _consumer_config(self, group: str) -> dict[str, Any]:
        return consumer_config(self._bootstrap_servers, group)

    def _offsets(self, topics: Collection[str], spec: OffsetSpec) -> dict[Partition, int]:
        wanted = {
            TopicPartition(self._prefix + topic, number): spec
            for topic in topics
            for number in range(self.partitions(topic))
        }
        deadline = monotonic() + self._request_timeout_s
        while wanted:
            try:
                return self._ask_offsets(wanted)
            except LogUnavailable:  # also while leaders are elected, as for a topic that was made just now
                if monotonic() > deadline:
                    raise
                sleep(_RETRY_S)
        return {}

    def _ask_offsets(self, wanted: dict[TopicPartition, OffsetSpec]) -> dict[Partition, int]:
        with translated():
            futures = self._admin.list_offsets(
                wanted,
                isolation_level=IsolationLevel.READ_COMMITTED,
                request_timeout=min(_ASK_S, self._request_timeout_s),
            )
            found = {
                Partition(place.topic.removeprefix(self._prefix), place.partition): future.result().offset
                for place, future in futures.items()
            }
        # When time runs out, the client names an invalid offset instead of an error.
        if any(offset < 0 for offset in found.values()):
            raise LogUnavailable("the broker did not say where the log begins or ends")
        return found
