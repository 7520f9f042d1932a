"""
Appending to Kafka: idempotent, acknowledged by all replicas, compressed.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from inventory_stream.log.base import LogError, Position
from inventory_stream.log.kafka_errors import log_error, translated
from inventory_stream.records import Encoded

MAX_RECORD_BYTES = 8_000_000
_POLL_EVERY = 4_096  # records between two looks at what was delivered
_FULL_WAIT_S = 0.05


def producer_config(bootstrap_servers: str, delivery_timeout_s: float) -> dict[str, Any]:
    """
    Return what all producers share.
    """
    return {
        "bootstrap.servers": bootstrap_servers,
        "enable.idempotence": True,
        "acks": "all",
        "compression.type": "zstd",
        "compression.level": 1,
        "partitioner": "murmur2_random",  # Java's, so that other writers put a key where we put it
        "delivery.timeout.ms": int(delivery_timeout_s * 1000),
        "message.max.bytes": MAX_RECORD_BYTES,
        "batch.num.messages": 10_000,
        "batch.size": 1_000_000,
        "queue.buffering.max.messages": 200_000,
        "queue.buffering.max.kbytes": 65_536,
        "reconnect.backoff.max.ms": 1_000,
        "log_level": 0,
    }


class _Producer:
    """
    A producer that is made when first needed, and made anew after a fatal error.
    """

    def __init__(self, config: dict[str, Any], prefix: str) -> None:
        self._config = config
        self._prefix = prefix
        self._client: Producer | None = None
        self._failure: LogError | None = None

    def produce(self, client: Producer, records: Iterable[Encoded], on_delivery: Any = None) -> None:
        """
        Hand records to the client's queue; wait while it is full.
        """
        prefix = self._prefix
        produce: Any = client.produce  # its stub asks for headers that may be changed
        for number, record in enumerate(records, 1):
            while True:
                try:
                    produce(
                        prefix + record.topic,
                        record.value,
                        record.key,
                        record.partition,
                        on_delivery,
                        None,
                        record.timestamp_ms,
                        record.headers,
                    )
                    break
                except BufferError:
                    client.poll(_FULL_WAIT_S)
            if not number % _POLL_EVERY:
                client.poll(0)

    def flush(self) -> None:
        """
        Wait until every record is delivered or has failed; the delivery timeout is the limit.
        """
        if self._client is not None:
            self._client.flush()

    def close(self) -> None:
        """
        Let go of the connection. A later record makes a new one.
        """
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def fail(self, error: KafkaError) -> None:
        """
        Keep the first failure for `check`.
        """
        if self._failure is None:
            self._failure = log_error(error)
        if error.fatal():
            self._client = None

    def check(self) -> None:
        """
        Raise the failure that was kept, once.
        """
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def connect(self) -> Producer:
        """
        Return the client, made now when there is none.
        """
        if self._client is None:
            with translated():
                self._client = Producer({**self._config, "error_cb": self._report})
        return self._client

    def _report(self, error: KafkaError) -> None:
        if error.fatal():
            self.fail(error)


class Sender(_Producer):
    """
    The fast path: nothing in Python for a record that arrives.
    """

    def __init__(self, config: dict[str, Any], prefix: str) -> None:
        fast = {"linger.ms": 5, "delivery.report.only.error": True, "on_delivery": self._delivered}
        super().__init__({**config, **fast}, prefix)
        self._unflushed = False

    def send(self, records: Iterable[Encoded]) -> None:
        """
        Queue records; raise what failed before.
        """
        self.check()
        self._unflushed = True
        client = self.connect()
        with translated():
            self.produce(client, records)
        client.poll(0)
        self.check()

    def flush(self) -> None:
        """
        Wait for what was queued; raise what failed.
        """
        if self._unflushed:
            super().flush()
            self._unflushed = False
        self.check()

    def _delivered(self, error: KafkaError, _message: Message) -> None:
        self.fail(error)


class Appender(_Producer):
    """
    The exact path: says where each record lies.
    """

    def __init__(self, config: dict[str, Any], prefix: str) -> None:
        super().__init__({**config, "linger.ms": 1}, prefix)

    def append(self, records: Iterable[Encoded]) -> list[Position]:
        """
        Append records and wait for all of them. What this call failed with is raised by this call alone.
        """
        batch = _Batch(len(self._prefix))
        client = self.connect()
        refused: KafkaException | None = None
        try:
            for record in records:
                self.produce(client, (record,), batch.place())
        except KafkaException as exception:
            batch.places.pop()
            refused = exception
        while batch.settled < len(batch.places):
            client.poll(0.005)  # short, for another thread's poll may have served this one's deliveries
        self.check()
        error = refused.args[0] if refused else batch.error
        if error is not None:
            raise log_error(error)
        return [place for place in batch.places if place is not None]


class _Batch:
    """
    The places of records that are appended together, filled as deliveries are reported.
    """

    def __init__(self, prefix_length: int) -> None:
        self.places: list[Position | None] = []
        self.settled = 0
        self.error: KafkaError | None = None
        self._prefix_length = prefix_length

    def place(self) -> Any:
        """
        Return the delivery callback of the next record.
        """
        self.places.append(None)
        return partial(self._delivered, len(self.places) - 1)

    def _delivered(self, index: int, error: KafkaError | None, message: Any) -> None:
        if error is None:
            self.places[index] = Position(message.topic()[self._prefix_length :], message.partition(), message.offset())
        elif self.error is None:
            self.error = error
        self.settled += 1
