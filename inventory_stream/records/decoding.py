"""
Batches of Kafka messages to delivered records: the loop that every record of the stream goes through.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from inventory_stream.records.base import Delivered
from inventory_stream.records.codec import decode

Error = TypeVar("Error", covariant=True)


class Raw(Protocol[Error]):
    """
    A message as the Kafka client gives it, which may be an error instead of a record.
    """

    def error(self) -> Error | None:
        """Return what is wrong, or None."""
        ...

    def topic(self) -> str | None:
        """Return the topic with its prefix."""
        ...

    def partition(self) -> int | None:
        """Return the partition."""
        ...

    def offset(self) -> int | None:
        """Return the offset."""
        ...

    def key(self) -> bytes | None:
        """Return the key."""
        ...

    def value(self) -> bytes | None:
        """Return the value."""
        ...

    def headers(self) -> list[tuple[str, bytes]] | None:
        """Return the headers."""
        ...


class Decoder:
    """
    Decodes batches for one reader. Gives what `codec.decode` gives, faster.

    Args:
        wanted: type names whose values are decoded; others keep `record` None. All when None.
        prefix: taken off the names of topics.
    """

    def __init__(self, wanted: frozenset[str] | None = None, prefix: str = "") -> None:
        self._wanted = wanted
        self._prefix = prefix

    def decode(self, messages: Sequence[Raw[Error]]) -> tuple[list[Delivered], list[Error]]:
        """
        Return the records, in order, and the errors among the messages.
        """
        records: list[Delivered] = []
        errors: list[Error] = []
        for message in messages:
            error = message.error()
            if error is not None:
                errors.append(error)
                continue
            topic = (message.topic() or "").removeprefix(self._prefix)
            records.append(
                decode(
                    topic,
                    message.partition() or 0,
                    message.offset() or 0,
                    message.key(),
                    message.value(),
                    message.headers(),
                    self._wanted,
                )
            )
        return records, errors
