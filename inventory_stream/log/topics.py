"""
Creating the topics of the contract on a broker.
"""

from concurrent.futures import Future
from time import monotonic, sleep
from typing import NamedTuple

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from inventory_stream.log.base import LogError, LogUnavailable
from inventory_stream.log.kafka_errors import log_error, translated
from inventory_stream.log.kafka_producer import MAX_RECORD_BYTES
from inventory_stream.records import TOPICS, Topic

TIMEOUT_S = 15.0
_RETRY_S = 0.05


class CreatedTopics(NamedTuple):
    """
    Names, with prefix, of the topics that were made and of those that were there already.
    """

    created: list[str]
    existing: list[str]


def topic_config(topic: Topic) -> dict[str, str]:
    """
    Return the broker's settings of a topic.
    """
    return {
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "retention.ms": str(topic.retention_ms),
        "max.message.bytes": str(MAX_RECORD_BYTES),
        # The record's own time, so that an imported history ages as it should.
        "message.timestamp.type": "CreateTime",
        # A clock that is ahead, or a simulated one, is no reason to refuse a record.
        "message.timestamp.after.max.ms": str(2**63 - 1),
    }


def create_topics(bootstrap_servers: str, prefix: str = "", replication_factor: int = 1) -> CreatedTopics:
    """
    Make the topics of the contract that are missing. Those that exist are left as they are.

    Raises:
        LogUnavailable: the broker is away.
        LogError: the broker refused, or a topic has fewer partitions than the contract says.
    """
    client = AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": 0})
    found = _partitions(client)
    missing = [topic for topic in TOPICS.values() if prefix + topic.name not in found]
    created = _create(client, prefix, missing, replication_factor) if missing else []
    found = _known_partitions(client, [prefix + name for name in TOPICS])
    for topic in TOPICS.values():
        _require_partitions(prefix + topic.name, found[prefix + topic.name], topic.partitions)
    return CreatedTopics(created, [prefix + name for name in TOPICS if prefix + name not in created])


def _known_partitions(client: AdminClient, names: list[str], timeout_s: float = TIMEOUT_S) -> dict[str, int]:
    """
    Return the numbers of partitions once the broker knows all topics: it says "created" a moment before it does.
    """
    deadline = monotonic() + timeout_s
    while True:
        found = _partitions(client)
        if all(name in found for name in names):
            return found
        if monotonic() > deadline:
            raise LogUnavailable("the broker created topics but does not show them")
        sleep(_RETRY_S)


def _partitions(client: AdminClient) -> dict[str, int]:
    with translated():
        return {name: len(topic.partitions) for name, topic in client.list_topics(timeout=TIMEOUT_S).topics.items()}


def _create(client: AdminClient, prefix: str, topics: list[Topic], replication_factor: int) -> list[str]:
    wanted = [
        NewTopic(
            prefix + topic.name,
            num_partitions=topic.partitions,
            replication_factor=replication_factor,
            config=topic_config(topic),
        )
        for topic in topics
    ]
    with translated():
        futures = client.create_topics(wanted, operation_timeout=TIMEOUT_S, request_timeout=TIMEOUT_S)
    return [name for name, future in futures.items() if _was_created(future)]


def _was_created(future: "Future[None]") -> bool:
    try:
        future.result(TIMEOUT_S)
    except KafkaException as exception:
        if exception.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise log_error(exception.args[0]) from exception
        return False  # another process made it between our look and our request
    return True


def _require_partitions(name: str, found: int, wanted: int) -> None:
    if found < wanted:
        raise LogError(
            f"topic {name} has {found} partitions and the contract says {wanted}: keys would move between partitions "
            "if it grew, so make a new topic under another prefix"
        )
