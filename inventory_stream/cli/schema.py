"""
`seatstream schema`: the contract, its files, and the gate that keeps it compatible.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from inventory_stream.records import TYPES
from inventory_stream.records.asyncapi import asyncapi_document, key_words
from inventory_stream.records.compatibility import incompatibilities
from inventory_stream.records.reference import contract_text
from inventory_stream.records.schema import as_text, current_schemas, released_schemas

console = Console()
complaints = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
SCHEMAS = "inventory_stream/records/schemas"
Root = Annotated[Path, typer.Option(help="Root of the source tree.")]


def register(app: typer.Typer) -> None:
    """
    Add this file's commands.
    """
    group = typer.Typer(help="Show the contract, and keep it.", no_args_is_help=True)
    group.command("list")(list_types)
    group.command("show")(show)
    group.command("generate")(generate)
    group.command("check")(check)
    app.add_typer(group, name="schema")


def list_types() -> None:
    """
    List all record types.

    Examples:
      seatstream schema list
    """
    table = Table(Column("type", no_wrap=True), "family", "topic", "key")
    for name, row in TYPES.items():
        table.add_row(name, row.family, row.cls.topic, key_words(row.cls))
    console.print(table)


def show(name: Annotated[str, typer.Argument(metavar="TYPE", help="As in ce_type: seats.held.v1.")]) -> None:
    """
    Print the JSON Schema of a record type.

    Examples:
      seatstream schema show seats.held.v1
    """
    schemas = current_schemas()
    if name not in schemas:
        complaints.print(f"There is no record type {name}. `seatstream schema list` shows all.")
        raise typer.Exit(1)
    print(as_text(schemas[name]), end="")


def generate(
    root: Root = Path(),
    replace_released: Annotated[
        bool, typer.Option("--replace-released", help="Also when that breaks with schemas that nobody wrote by yet.")
    ] = False,
) -> None:
    """
    Write the schemas, docs/asyncapi.json and docs/contract.md, unless that breaks the contract.

    Examples:
      seatstream schema generate
    """
    if not replace_released:
        _refuse_incompatible()
    wanted = contract_files()
    for path, text in wanted.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    for file in (root / SCHEMAS).glob("*.json"):
        if f"{SCHEMAS}/{file.name}" not in wanted:
            file.unlink()
    console.print(f"Wrote {len(wanted)} files.")


def check(root: Root = Path()) -> None:
    """
    Fail when the contract is broken, or when generated files are not up to date.

    Examples:
      seatstream schema check
    """
    _refuse_incompatible()
    stale = [
        path
        for path, text in contract_files().items()
        if not (root / path).is_file() or (root / path).read_text("utf-8") != text
    ]
    for path in stale:
        complaints.print(f"{path} is not up to date: run `seatstream schema generate`")
    if stale:
        raise typer.Exit(1)
    console.print(f"{len(TYPES)} record types are compatible and their files up to date.")


def contract_files() -> dict[str, str]:
    """
    Return path from the root → content of all generated files.
    """
    schemas = {f"{SCHEMAS}/{name}.json": as_text(schema) for name, schema in current_schemas().items()}
    return {**schemas, "docs/asyncapi.json": as_text(asyncapi_document()), "docs/contract.md": contract_text()}


def _refuse_incompatible() -> None:
    broken = incompatibilities(released_schemas(), current_schemas())
    for sentence in broken:
        complaints.print(sentence)
    if broken:
        complaints.print("Give a changed type a new version beside the old one.")
        raise typer.Exit(1)
