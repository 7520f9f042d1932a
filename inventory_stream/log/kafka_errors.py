"""
What Kafka's error codes mean in the words of the log's Protocol.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import KafkaError, KafkaException

from inventory_stream.log.base import LogError, LogUnavailable, MemberReplaced

# Codes that the broker or librdkafka gives while brokers are away, starting or electing, beside those it calls retriable.
_AWAY = frozenset(
    {
        KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001 - librdkafka's names of its own errors begin with an underscore
        KafkaError._NOENT,  # noqa: SLF001 - no leader is known
        KafkaError._MSG_TIMED_OUT,  # noqa: SLF001
        KafkaError._RESOLVE,  # noqa: SLF001
        KafkaError._TIMED_OUT,  # noqa: SLF001
        KafkaError._TIMED_OUT_QUEUE,  # noqa: SLF001
        KafkaError._TRANSPORT,  # noqa: SLF001
        KafkaError._WAIT_COORD,  # noqa: SLF001
        KafkaError.BROKER_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NETWORK_EXCEPTION,
        KafkaError.NOT_COORDINATOR,
        KafkaError.NOT_ENOUGH_REPLICAS,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.REQUEST_TIMED_OUT,
    }
)


def log_error(error: KafkaError) -> LogError:
    """
    Return the error to raise for one that Kafka reported.
    """
    if "Static consumer fenced" in error.str():  # all that a fatal error tells of its cause is its text
        return MemberReplaced(error.str())
    away = not error.fatal() and (error.code() in _AWAY or error.retriable())
    return (LogUnavailable if away else LogError)(error.str())


@contextmanager
def translated() -> Iterator[None]:
    """
    Raise `LogUnavailable` or `LogError` for what the client raises inside.
    """
    try:
        yield
    except KafkaException as exception:
        raise log_error(exception.args[0]) from exception
