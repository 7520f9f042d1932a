"""
Batches of Kafka messages to delivered records: the loop that every record of the stream goes through.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from confluent_kafka import KafkaError, Message
from msgspec import DecodeError

from inventory_stream.records import TYPES, Delivered, decode

_HEADERS = 6  # that `encode` writes, in its order
_REMEMBERED = 200_000  # words; a megabyte is some 10,000 of them
# What a message that is not of `encode` runs into.
_FOREIGN = (AttributeError, DecodeError, KeyError, RecursionError, TypeError, ValueError)


class Decoder:
    """
    Decodes batches for one reader: gives what `records.decode` gives, faster.

    The loop takes for granted that a record was written by `records.encode`: six headers in its order, or seven with
    `traceparent`. Whatever turns out to be otherwise is left to `records.decode`.

    Args:
        wanted: type names whose values are decoded; others keep `record` None. All when None.
        prefix: taken off the names of topics.
    """

    def __init__(self, wanted: frozenset[str] | None = None, prefix: str = "") -> None:
        self._wanted = wanted
        self._prefix = prefix
        self._types: dict[bytes, tuple[str, Any]] = {
            name.encode(): (name, row.decoder.decode if wanted is None or name in wanted else _undecoded)
            for name, row in TYPES.items()
        }
        self._topics = _Topics(prefix)
        self._words = _Words()

    def decode(self, messages: Sequence[Message]) -> tuple[list[Delivered], list[KafkaError]]:
        """
        Return the records, in order, and the errors among the messages.
        """
        if len(self._words) > _REMEMBERED:
            self._words.clear()
        records: list[Delivered] = []
        errors: list[KafkaError] = []
        append, delivered, types, topics, words = records.append, Delivered, self._types, self._topics, self._words
        read_time = datetime.fromisoformat
        message: Any
        for message in messages:
            try:
                headers = message.headers()
                # Unpacked and compared by hand: a dict of the headers costs three times as much.
                (_, _), (h1, kind), (h2, identity), (h3, source), (h4, time), (_, _) = (
                    headers if len(headers) == _HEADERS else _without_trace(headers)
                )
                if h1 != "ce_type" or h2 != "ce_id" or h3 != "ce_source" or h4 != "ce_time":
                    raise KeyError
                name, decoder = types[kind]
                text = time.decode()
                if not identity or not source or read_time(text).tzinfo is None:
                    raise ValueError
                value = message.value()
                append(
                    delivered(
                        topics[message.topic()],
                        message.partition(),
                        message.offset(),
                        words[message.key()],
                        identity.decode(),
                        name,
                        words[source],
                        text,
                        decoder(value),
                        "",
                        value,
                        headers,
                    )
                )
            except _FOREIGN:
                self._decode_foreign(message, records, errors)
        return records, errors

    def _decode_foreign(self, message: Any, records: list[Delivered], errors: list[KafkaError]) -> None:
        error = message.error()
        if error is not None:
            errors.append(error)
            return
        place = self._topics[message.topic()], message.partition(), message.offset()
        records.append(decode(*place, message.key(), message.value(), message.headers(), self._wanted))


def _undecoded(value: bytes) -> None:
    """
    Stand in for the decoder of a type that is not wanted.
    """
    len(value)  # no value at all is for `decode` to judge


def _without_trace(headers: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    if len(headers) != _HEADERS + 1 or headers[_HEADERS][0] != "traceparent":
        raise KeyError
    return headers[:_HEADERS]


class _Topics(dict[str, str]):
    """
    Names with prefix → without.
    """

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def __missing__(self, name: str) -> str:
        self[name] = name.removeprefix(self._prefix)
        return self[name]


class _Words(dict[bytes, str]):
    """
    Keys and sources come again and again: one string for each, whose hash is counted once.
    """

    def __missing__(self, word: bytes) -> str:
        self[word] = word.decode()
        return self[word]
