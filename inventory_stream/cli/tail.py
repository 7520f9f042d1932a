"""
`seatstream tail`: the stream as it happens, a line a record.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import typer
from rich.markup import escape

from inventory_stream.cli.stream import console, stream_log
from inventory_stream.log import Log, Partition
from inventory_stream.log.dead_letters import read_present
from inventory_stream.records import TOPICS, TYPES, Delivered

_SHOWN_TOPICS = ("inventory", "activity", "feedback", "models")
_TRACER = "tracer.sent.v1"
_LONGEST = 60


class Filter(msgspec.Struct, frozen=True):
    """
    Which records are shown. Empty fields let everything through; tracers must be asked for by type.
    """

    type: str = ""
    event: str = ""
    customer: str = ""

    def types(self) -> frozenset[str]:
        """
        Return the types that are shown: those that begin with what was given.
        """
        return frozenset(name for name in TYPES if name.startswith(self.type) and (self.type or name != _TRACER))

    def shows(self, delivered: Delivered) -> bool:
        """
        Tell whether a record is shown. One that cannot be decoded is, unless only some customers or events are.
        """
        if self.type and not delivered.type.startswith(self.type):
            return False
        if delivered.record is None:
            return bool(delivered.failure) and not self.event and not self.customer
        wanted = (("event_id", self.event), ("customer_id", self.customer))
        return all(not value or getattr(delivered.record, name, "") == value for name, value in wanted)


def register(app: typer.Typer) -> None:
    """
    Add this file's commands.
    """
    app.command(name="tail")(tail)


def tail(
    context: typer.Context,
    topic: Annotated[
        list[str] | None, typer.Option(help="A topic; may be repeated. All but dead letters if none.")
    ] = None,
    type: Annotated[str, typer.Option(help="A type or its beginning, such as seats or order.placed.")] = "",
    event: Annotated[str, typer.Option(help="Only records of this event_id.")] = "",
    customer: Annotated[str, typer.Option(help="Only records of this customer_id.")] = "",
    from_start: Annotated[bool, typer.Option("--from-start", help="Begin with the first record.")] = False,
    follow: Annotated[bool, typer.Option(help="Wait for more; Ctrl-C ends it.")] = True,
    limit: Annotated[int, typer.Option(min=0, help="End after so many records; 0 for no end.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object a line, for other programs.")] = False,
) -> None:
    """
    Show records as they are appended: time, type, key, and what matters of the rest.

    Examples:
      seatstream tail
      seatstream tail --type order --limit 10
      seatstream tail --event event-17 --from-start --no-follow
      seatstream tail --topic activity --json
    """
    unknown = sorted(set(topic or ()) - TOPICS.keys())
    if unknown:
        raise typer.BadParameter(f"there is no topic {unknown[0]}; topics are {', '.join(TOPICS)}")
    chosen = Filter(type, event, customer)
    shown = 0
    with stream_log(context) as log:
        names = topic or list(_SHOWN_TOPICS)
        start = log.start_positions(names) if from_start else log.end_positions(names)
        for delivered in _records(log, start, chosen, follow=follow):
            if chosen.shows(delivered):
                console().print(json_line(delivered) if as_json else line(delivered), markup=not as_json)
                shown += 1
                if shown == limit:
                    return


def line(delivered: Delivered) -> str:
    """
    Return one record for a person to read, with markup.
    """
    clock = escape(delivered.time[11:23])
    if delivered.record is None:
        return f"[dim]{clock}[/] [red]{escape(delivered.type or '?')}[/] {escape(delivered.key)} [red]{escape(delivered.failure)}[/]"
    name = delivered.type.rsplit(".v", 1)[0]
    fields = msgspec.to_builtins(delivered.record)
    words = [
        f"[dim]{name}=[/]{escape(_short(value))}" for name, value in fields.items() if _tells(name, value, delivered)
    ]
    return f"[dim]{clock}[/] [bold cyan]{name:<22}[/] {escape(delivered.key):<16} {' '.join(words)}"


def json_line(delivered: Delivered) -> str:
    """
    Return one record as a JSON object: its place, its headers' words and its value.
    """
    row = {
        "topic": delivered.topic,
        "partition": delivered.partition,
        "offset": delivered.offset,
        "key": delivered.key,
        "id": delivered.id,
        "type": delivered.type,
        "source": delivered.source,
        "time": delivered.time,
        "value": delivered.record,
        "failure": delivered.failure,
    }
    return msgspec.json.encode({name: value for name, value in row.items() if value not in (None, "")}).decode()


def _records(log: Log, start: dict[Partition, int], chosen: Filter, *, follow: bool) -> Iterator[Delivered]:
    if not follow:
        yield from read_present(log, start, chosen.types())
        return
    reader = log.read(start, chosen.types())
    try:
        while True:
            yield from reader.poll(1_000, 0.5)
    finally:
        reader.close()


def _tells(name: str, value: Any, delivered: Delivered) -> bool:
    return name != "type" and value != delivered.key and value not in ("", (), [], None)


def _short(value: Any) -> str:
    if isinstance(value, list | tuple):
        ends = value if len(value) <= 4 else [*value[:2], "…", value[-1]]
        text = ",".join(end if isinstance(end, str) else msgspec.json.encode(end).decode() for end in ends)
        return f"{text} ({len(value)})" if len(value) > 1 else text
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
