"""
The generated files say what the code does.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from inventory_stream.cli.schema import contract_files, register
from inventory_stream.records import TOPICS, TYPES
from inventory_stream.records.asyncapi import asyncapi_document
from inventory_stream.records.schema import current_schemas, released_schemas

ROOT = Path(__file__).parents[2]
GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))


def run(*arguments: str):
    """
    Run `seatstream schema`.
    """
    import typer

    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, ["schema", *arguments])


def test_the_gate_is_passed() -> None:
    """
    The code is compatible with what was released, and all generated files are up to date.
    """
    result = run("check", "--root", str(ROOT))

    assert result.exit_code == 0, result.output


def test_a_stale_file_is_named(tmp_path: Path) -> None:
    """
    A file that was not generated again fails the check by name.
    """
    run("generate", "--root", str(tmp_path))
    (tmp_path / "docs/contract.md").write_text("old")

    result = run("check", "--root", str(tmp_path))

    assert (result.exit_code, "docs/contract.md is not up to date" in result.output) == (1, True)


def test_generate_removes_schemas_without_a_type(tmp_path: Path) -> None:
    """
    What is generated is the whole contract and nothing else.
    """
    folder = tmp_path / "inventory_stream/records/schemas"
    folder.mkdir(parents=True)
    (folder / "gone.v1.json").write_text("{}")

    run("generate", "--root", str(tmp_path))

    assert {path.stem for path in folder.iterdir()} == set(TYPES)


def test_a_broken_contract_fails_with_its_sentences(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    Generating refuses to write over schemas that the code breaks with, unless told to.
    """
    released = released_schemas() | {"seats.lost.v1": {}}
    monkeypatch.setattr("inventory_stream.cli.schema.released_schemas", lambda: released)

    refused = run("generate", "--root", str(tmp_path))

    assert (refused.exit_code, "seats.lost.v1: the record type was removed" in refused.output) == (1, True)
    assert run("generate", "--root", str(tmp_path), "--replace-released").exit_code == 0


def test_list_names_every_type() -> None:
    """
    The list has a line for each type.
    """
    output = run("list").output

    assert [name for name in TYPES if name not in output] == []


def test_show_prints_a_schema() -> None:
    """
    What is shown is the JSON Schema itself.
    """
    assert json.loads(run("show", "seats.held.v1").output) == current_schemas()["seats.held.v1"]


def test_show_knows_what_it_does_not_know() -> None:
    """
    An unknown type is one sentence and a failure.
    """
    result = run("show", "seats.lost.v1")

    assert (result.exit_code, "There is no record type seats.lost.v1" in result.output) == (1, True)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_values_fit_their_schema(path: Path) -> None:
    """
    A writer in another language that trusts the schema writes what we write.
    """
    validator = Draft202012Validator(released_schemas()[path.name.removesuffix(".json")])

    for case in json.loads(path.read_text("utf-8")).values():
        validator.validate(json.loads(case["value"]))


def references(node: Any) -> list[str]:
    """
    Return all references within a JSON document.
    """
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [found for value in node.values() for found in references(value)]
    return [found for value in node for found in references(value)] if isinstance(node, list) else []


def test_asyncapi_references_lead_somewhere() -> None:
    """
    No reference of the AsyncAPI document is broken.
    """
    document = msgspec.json.decode(msgspec.json.encode(asyncapi_document()))

    for reference in references(document):
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_asyncapi_has_every_topic_and_type() -> None:
    """
    Each topic is a channel and each type lies in the channel of its topic.
    """
    channels = asyncapi_document()["channels"]

    assert set(channels) == set(TOPICS)
    assert [name for name, row in TYPES.items() if name not in channels[row.cls.topic]["messages"]] == []


def test_the_reference_names_every_field() -> None:
    """
    The contract for people leaves no field out.
    """
    text = contract_files()["docs/contract.md"]
    fields = {field.name for row in TYPES.values() for field in msgspec.structs.fields(row.cls)}

    assert [field for field in fields if f"| `{field}` |" not in text] == []
