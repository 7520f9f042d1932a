"""
Bytes written once decode for ever to what they meant. Never change a file in `golden/`: add one for a new version.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from inventory_stream.records import TYPES, decode

GOLDEN = Path(__file__).parent / "golden"
CASES = [
    pytest.param(path.name.removesuffix(".json"), case, id=f"{path.stem}-{name}")
    for path in sorted(GOLDEN.glob("*.json"))
    for name, case in json.loads(path.read_text("utf-8")).items()
]


def read(case: dict[str, Any]):
    """
    Decode a case as it would lie in the log.
    """
    headers = [(name, value.encode()) for name, value in case["headers"].items()]
    return decode(case["topic"], 0, 0, case["key"].encode(), case["value"].encode(), headers)


@pytest.mark.parametrize(("name", "case"), CASES)
def test_golden_bytes_keep_their_meaning(name: str, case: dict[str, Any]) -> None:
    """
    Every field has the value it was written with, and what was left out has the default of that day.
    """
    delivered = read(case)
    record = delivered.record

    assert (delivered.failure, delivered.type) == ("", name)
    assert {field: json.loads(msgspec.json.encode(getattr(record, field))) for field in case["fields"]} == case[
        "fields"
    ]


@pytest.mark.parametrize(("name", "case"), CASES)
def test_golden_keys_stay(name: str, case: dict[str, Any]) -> None:
    """
    A record goes to the topic and key of its forebears, or order between them would be lost.
    """
    record = read(case).record

    assert (record.topic, record.key()) == (case["topic"], case["key"])


def test_every_type_has_golden_bytes() -> None:
    """
    A new record type comes with its golden bytes.
    """
    assert {path.name.removesuffix(".json") for path in GOLDEN.glob("*.json")} >= set(TYPES)
