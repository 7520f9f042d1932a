"""
Reading from Kafka: given partitions, or a share of a group's.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, KafkaException, Message, TopicPartition

from inventory_stream.log.base import LogError, LogUnavailable, Partition
from inventory_stream.log.kafka_decoder import Decoder
from inventory_stream.log.kafka_errors import log_error, translated
from inventory_stream.records import Delivered

# More than the client may have queued when it is closed.
_DRAINS = 20
_DRAINED = 10_000


def consumer_config(bootstrap_servers: str, group: str) -> dict[str, Any]:
    """
    Return what all consumers share: fresh at a low rate, steady at a high one, bounded in memory.
    """
    return {
        "bootstrap.servers": bootstrap_servers,
        "group.id": group,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",  # a position that is gone is never silently another one
        "isolation.level": "read_committed",
        "fetch.min.bytes": 1,
        "fetch.wait.max.ms": 10,
        "fetch.queue.backoff.ms": 5,  # the default, a second, starves a loop that decodes
        # Packed bytes: one fetch unpacks to eight times as much, all of it at once, before a queue limit is looked at.
        "fetch.max.bytes": 1_000_000,
        "message.max.bytes": 1_000_000,
        "queued.min.messages": 50_000,
        "queued.max.messages.kbytes": 8_192,
        "reconnect.backoff.max.ms": 1_000,
        "topic.metadata.refresh.interval.ms": 30_000,
        "log_level": 0,
    }


class KafkaReader:
    """
    Reads exactly the partitions it was given.
    """

    def __init__(
        self, config: dict[str, Any], prefix: str, positions: Mapping[Partition, int], wanted: frozenset[str] | None
    ) -> None:
        self._prefix = prefix
        self._decoder = Decoder(wanted, prefix)
        self._error: LogError | None = None
        self._begun = {partition: self._place(partition, offset) for partition, offset in positions.items()}
        with translated():
            self._consumer = Consumer({**config, "error_cb": self._report})
            self._consumer.assign(list(self._begun.values()))

    def poll(self, max_records: int, timeout_s: float) -> list[Delivered]:
        """
        Return up to `max_records` records, or what came within `timeout_s`; an empty list at the end of the log.
        """
        with translated():
            messages = self._fetch(max_records, timeout_s)
        return self._decode(messages)

    def positions(self) -> dict[Partition, int]:
        """
        Return how far each partition is read. The client knows it, marks included, and answers without asking a broker.
        """
        with translated():
            places = self._consumer.position(list(self._begun.values()))
        found = zip(self._begun.items(), places, strict=True)
        return {partition: place.offset if place.offset >= 0 else begun.offset for (partition, begun), place in found}

    def close(self) -> None:
        """
        Let go of the connection.
        """
        self._disconnect()

    def __del__(self) -> None:
        """
        Close what was forgotten, in the way that comes to an end.
        """
        if hasattr(self, "_consumer"):
            self._disconnect()

    def _disconnect(self) -> None:
        """
        Close the client. That of a member whose place was taken waits for ever for callbacks that it has queued but no
        longer serves, so they are served here.
        """
        with suppress(RuntimeError):  # closed before
            for _ in range(_DRAINS):
                if not self._consumer.consume(_DRAINED, 0):
                    break
            self._consumer.close()

    def _fetch(self, max_records: int, timeout_s: float) -> list[Message]:
        """
        Return what is here; wait only for a first message, since `consume` waits until it has all it was asked for.
        """
        consume = self._consumer.consume
        messages = consume(max_records, 0)
        if messages:
            return messages
        messages = consume(1, timeout_s)
        if messages and max_records > 1:
            messages += consume(max_records - 1, 0)
        return messages

    def _decode(self, messages: list[Message]) -> list[Delivered]:
        records, errors = self._decoder.decode(messages)
        for error in errors:
            self._report(error)
        if self._error is not None and not records:
            failure, self._error = self._error, None
            raise failure
        if isinstance(self._error, LogUnavailable):
            self._error = None  # records came: it is back
        return records

    def _report(self, error: KafkaError) -> None:
        """
        Keep what the client could not mend by itself; the next poll without records raises it.
        """
        if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - librdkafka's name
            return
        if self._error is None or isinstance(self._error, LogUnavailable):
            self._error = log_error(error)

    def _place(self, partition: Partition, offset: int = OFFSET_INVALID) -> TopicPartition:
        return TopicPartition(self._prefix + partition.topic, partition.number, offset)


class KafkaSubscription(KafkaReader):
    """
    Reads a share of the partitions of some topics.

    The client's rebalance callbacks only keep book. `poll` then tells the owner, in its own thread and outside of the
    client, so that an owner that fails (its database is away) is asked again by the next poll and no record is read
    from a place that it did not name.
    """

    def __init__(
        self,
        config: dict[str, Any],
        prefix: str,
        topics: Collection[str],
        on_assigned: Callable[[list[Partition]], Mapping[Partition, int]],
        on_revoked: Callable[[list[Partition]], None],
        wanted: frozenset[str] | None,
    ) -> None:
        self._config = config
        self._prefix = prefix
        self._topics = [prefix + topic for topic in topics]
        self._decoder = Decoder(wanted, prefix)
        self._error = None
        self._on_assigned = on_assigned
        self._on_revoked = on_revoked
        self._owned: set[Partition] = set()
        self._gained: set[Partition] = set()  # ours, but not yet at a place that the owner named
        self._begun = {}  # where the owner said
        self._lost: set[Partition] = set()  # no longer ours, and the owner does not know yet
        self._held: list[Message] = []  # fetched, but not yet handed out, since telling the owner failed
        self._join()

    def poll(self, max_records: int, timeout_s: float) -> list[Delivered]:
        """
        Return records of the partitions that are owned; tell the owner about those that come and go.
        """
        self._settle()
        if self._held:
            timeout_s, max_records = 0, max(1, max_records - len(self._held))
        with translated():
            self._held += self._fetch(max_records, timeout_s)
        self._settle()
        messages, self._held = self._held, []
        return self._decode(messages)

    def positions(self) -> dict[Partition, int]:
        """
        Return how far each partition is read that is owned and that the owner named a place for.
        """
        found = super().positions()
        message: Any
        for message in reversed([message for message in self._held if message.error() is None]):
            found[Partition(message.topic().removeprefix(self._prefix), message.partition())] = message.offset()
        return found

    def seek(self, positions: Mapping[Partition, int]) -> None:
        """
        Read these partitions from these offsets on; what was fetched before is dropped.

        Raises:
            LogError: a partition is not assigned.
        """
        strangers = positions.keys() - self._owned
        if strangers:
            raise LogError(f"cannot seek in partitions that are not assigned: {sorted(strangers)}")
        self._drop(positions.keys())
        with translated():
            self._consumer.incremental_unassign([self._place(p) for p in positions.keys() - self._gained])
            places = {partition: self._place(partition, offset) for partition, offset in positions.items()}
            self._consumer.incremental_assign(list(places.values()))
        self._gained -= positions.keys()
        self._begun.update(places)

    def release(self) -> None:
        """
        Leave the group and join it again.
        """
        self._leave()
        self._join()

    def commit(self, positions: Mapping[Partition, int]) -> None:
        """
        Tell the broker how far this group is; nothing is said of a failure. Members with a name do not.
        """
        # After an outage the client may send the commit under the id of its last membership, while the broker has given
        # the name a new one. The broker then calls the client replaced, and the client gives up for good.
        if "group.instance.id" in self._config:
            return
        offsets = [self._place(partition, offset) for partition, offset in positions.items()]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=True)
        except KafkaException:
            return

    def close(self) -> None:
        """
        Hand the partitions back and leave.
        """
        self._leave()

    def _join(self) -> None:
        with translated():
            self._consumer = Consumer({**self._config, "error_cb": self._report})
            self._consumer.subscribe(
                self._topics, on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked
            )

    def _leave(self) -> None:
        self._disconnect()
        self._drop(self._owned)
        self._lost |= self._owned - self._gained  # when the broker is away, the client leaves without a callback
        self._owned, self._gained, self._begun = set(), set(), {}
        self._settle()

    def _assigned(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        partitions = self._partitions(places)
        # Accepts the share, but fetches nothing yet: only the owner knows from where. A place given for the time being
        # is no way, since the broker's late answer to "where is the end?" would win over the owner's.
        consumer.incremental_assign([])
        self._owned |= partitions
        self._gained |= partitions

    def _revoked(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        partitions = self._partitions(places)
        consumer.incremental_unassign([self._place(partition) for partition in partitions - self._gained])
        self._lost |= partitions - self._gained  # of the others the owner never heard
        self._owned -= partitions
        self._gained -= partitions
        self._begun = {partition: place for partition, place in self._begun.items() if partition not in partitions}

    def _settle(self) -> None:
        """
        Tell the owner what it lost and gained, and go where it says. What it was not told stays noted.
        """
        if not self._lost and not self._gained:
            return
        self._drop(self._lost | self._gained)
        if self._lost:
            self._on_revoked(sorted(self._lost))
            self._lost = set()
        if self._gained:
            gained = sorted(self._gained)
            positions = self._on_assigned(gained)
            self.seek({partition: positions[partition] for partition in gained})

    def _drop(self, partitions: Collection[Partition]) -> None:
        """
        Forget messages of these partitions that were fetched but not handed out.
        """
        if self._held:
            names = {(self._prefix + partition.topic, partition.number) for partition in partitions}
            self._held = [message for message in self._held if (message.topic(), message.partition()) not in names]

    def _partitions(self, places: list[TopicPartition]) -> set[Partition]:
        return {Partition(place.topic.removeprefix(self._prefix), place.partition) for place in places}
