"""
Broken records, as an adapter with a bug would send them.
"""

from __future__ import annotations

from random import Random

import msgspec

from inventory_stream.records import Encoded

FAULTS = ("json", "type", "header", "unknown")
HEADERS = ("ce_id", "ce_type", "ce_time", "ce_source")


def malformed(record: Encoded, random: Random) -> tuple[str, Encoded]:
    """
    Return what is wrong, and a record like this one that is wrong in this way, with an id of its own.

    `json`: the value ends too early. `type`: a field holds something of another type. `header`: one is missing.
    `unknown`: the record type is none of the contract.
    """
    fault = FAULTS[int(random.random() * len(FAULTS))]
    headers = [(name, text + b"-broken" if name == "ce_id" else text) for name, text in record.headers]
    value = record.value
    if fault == "json":
        value = value[: len(value) // 2]
    elif fault == "type":
        value = _mistyped(value)
    elif fault == "header":
        missing = HEADERS[int(random.random() * len(HEADERS))]
        headers = [(name, text) for name, text in headers if name != missing]
    else:
        headers = [(name, b"seats.beamed.v1" if name == "ce_type" else text) for name, text in headers]
    return fault, msgspec.structs.replace(record, value=value, headers=headers)


def _mistyped(value: bytes) -> bytes:
    fields = msgspec.json.decode(value)
    fields[list(fields)[1]] = {"oops": True}
    return msgspec.json.encode(fields)
