"""
`seatstream topics`, `tail`, `lag` and `dead-letters`, over the log in memory and once over everything real.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest
import typer
from click.testing import Result
from letters import refuse
from psycopg import sql
from typer.testing import CliRunner
from views import NOON, search, view

from inventory_stream.cli import dead_letters, lag, stream, tail
from inventory_stream.log import Log, Partition
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.records import encode
from inventory_stream.records.inventory import SeatsHeld
from inventory_stream.testing import MemoryLog
from inventory_stream.tracer import tracers

HELD = SeatsHeld(event_id="e1", section="A", seats=("F-1", "F-2"), hold_id="h1", customer_id="c1", expires_at=NOON)


@pytest.fixture
def log() -> MemoryLog:
    """
    A view, a search, a hold and a round of tracers.
    """
    log = MemoryLog()
    log.append([view(1), search(2, session="s[2]"), encode(HELD, id="3", source="/test", time=NOON)])
    log.append(tracers(log, NOON))
    return log


def run(log: Log | None, *arguments: str, **environment: str) -> Result:
    """
    Run a command.
    """
    app = typer.Typer()
    for module in (stream, tail, lag, dead_letters):
        module.register(app)
    wide = {"COLUMNS": "300", "NO_COLOR": "1", **environment}
    return CliRunner().invoke(app, list(arguments), obj=log, env=wide)


def lines(log: Log, *arguments: str) -> list[str]:
    """
    Return what `tail` shows of all that is there.
    """
    result = run(log, "tail", "--from-start", "--no-follow", *arguments)
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_tail_shows_a_line_a_record(log: MemoryLog) -> None:
    """
    A line has time, type, key and what matters of the rest; tracers are left out.
    """
    assert [line.split() for line in lines(log, "--type", "seats")] == [
        ["12:00:00.000", "seats.held", "e1", "section=A", "seats=F-1,F-2", "(2)", "customer_id=c1", "hold_id=h1",
         "expires_at=2030-06-01T12:00:00Z"]
    ]  # fmt: skip


def test_tail_leaves_tracers_out_unless_asked(log: MemoryLog) -> None:
    """
    Heartbeats are shown only when their type is named.
    """
    assert len(lines(log)) == 3
    assert len(lines(log, "--type", "tracer")) == 31


def test_tail_shows_brackets_as_they_are(log: MemoryLog) -> None:
    """
    What looks like markup in a record is text.
    """
    (found,) = lines(log, "--type", "search")
    assert "s[2]" in found


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["--event", "e1"], {"1", "3"}),
        (["--customer", "c1"], {"3"}),
        (["--type", "search.made"], {"2"}),
        (["--topic", "activity"], {"1", "2"}),
        (["--topic", "activity", "--topic", "inventory"], {"1", "2", "3"}),
        (["--event", "none"], set()),
    ],
)
def test_tail_filters(log: MemoryLog, arguments: list[str], ids: set[str]) -> None:
    """
    Each filter lets through what it says.
    """
    assert {json.loads(line)["id"] for line in lines(log, "--json", *arguments)} == ids


def test_tail_gives_json_to_programs(log: MemoryLog) -> None:
    """
    A line of JSON has place, words and value.
    """
    (line,) = lines(log, "--json", "--type", "search")

    assert json.loads(line)["value"] == {"type": "search.made.v1", "session_id": "s[2]"}
    assert json.loads(line)["time"] == "2030-06-01T12:00:00.000000Z"


def test_tail_ends_at_its_limit(log: MemoryLog) -> None:
    """
    A following tail ends after as many records as asked for.
    """
    assert len(run(log, "tail", "--from-start", "--limit", "2").output.splitlines()) == 2


def test_tail_shows_what_cannot_be_decoded(log: MemoryLog) -> None:
    """
    A broken record is shown with what is wrong with it.
    """
    broken = view(9)
    broken.headers[1] = ("ce_type", b"seats.eaten.v1")
    log.append([broken])

    assert any("unknown record type seats.eaten.v1" in line for line in lines(log))


def test_tail_names_the_topics_there_are(log: MemoryLog) -> None:
    """
    An unknown topic is refused with the names of those that exist.
    """
    result = run(log, "tail", "--topic", "tickets")

    assert result.exit_code == 2
    assert "there is no topic tickets" in result.output


def test_topics_list_counts_records(log: MemoryLog) -> None:
    """
    Each topic is shown with its partitions and records.
    """
    output = run(log, "topics", "list").output

    assert [row.split("│")[5].strip() for row in output.splitlines() if row.startswith("│")] == [
        "13",
        "14",
        "6",
        "1",
        "0",
    ]


def test_letters_are_listed_and_shown(log: MemoryLog) -> None:
    """
    `list` gives position and reason, `show` also the place, the headers and the value of the original.
    """
    place = refuse(log, log.read(log.start_positions(["activity"])).poll(1, 0)[0], reason="it is [odd]")

    listed = run(log, "dead-letters", "list").output
    shown = run(log, "dead-letters", "show", f"{place.partition}/{place.offset}").output

    assert f"{place.partition}/{place.offset}" in listed
    assert "it is [odd]" in listed
    assert "ce_type          event.viewed.v1" in shown or "ce_type          search.made.v1" in shown


def test_no_letters_is_said() -> None:
    """
    Without dead letters, `list` says so.
    """
    assert run(MemoryLog(), "dead-letters", "list").output == "No dead letters.\n"


def test_all_letters_are_retried_once(log: MemoryLog) -> None:
    """
    `retry --all` retries, and has nothing to do afterwards.
    """
    for record in log.read(log.start_positions(["inventory"])).poll(1, 0):
        refuse(log, record)

    outputs = [run(log, "dead-letters", "retry", "--all").output.splitlines()[-1] for _ in range(2)]

    assert outputs == ["1 retried.", "0 retried."]


def test_one_letter_is_retried_once(log: MemoryLog) -> None:
    """
    Retrying a letter a second time is refused.
    """
    place = refuse(log, log.read(log.start_positions(["inventory"])).poll(1, 0)[0])
    position = f"{place.partition}/{place.offset}"

    first, second = (run(log, "dead-letters", "retry", position) for _ in range(2))

    assert (first.exit_code, second.exit_code) == (0, 1)
    assert "retried already" in second.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["show", "0/99"], "there is no dead letter at 0/99"),
        (["retry", "0/99"], "there is no dead letter at 0/99"),
        (["retry"], "give a position, or --all"),
        (["retry", "0/1", "--all"], "give a position, or --all"),
    ],
)
def test_a_wrong_position_is_named(log: MemoryLog, arguments: list[str], sentence: str) -> None:
    """
    What does not exist, or is asked for twice, is said in one sentence.
    """
    result = run(log, "dead-letters", *arguments)

    assert result.exit_code != 0
    assert sentence in result.output


@pytest.fixture
def live(database_url: str) -> Iterator[str]:
    """
    A database where one projection has applied a little of one topic.
    """
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE SCHEMA seatstream")
        connection.execute("CREATE TABLE seatstream.projections (name text, version int, state text)")
        connection.execute("INSERT INTO seatstream.projections VALUES ('venue', 1, 'retired'), ('venue', 2, 'live')")
        connection.execute("CREATE SCHEMA venue_v2")
        table = sql.Identifier("venue_v2", "projection_offsets")
        columns = sql.SQL("(topic text, partition int, next_offset bigint, freshness_ms bigint)")
        connection.execute(sql.SQL("CREATE TABLE {} {}").format(table, columns))
        rows = sql.SQL("INSERT INTO {} VALUES ('activity', 0, 1, 1500), ('activity', 9, 0, NULL)").format(table)
        connection.execute(rows)
    return database_url


def test_lag_is_counted_by_partition(log: MemoryLog, live: str) -> None:
    """
    Lag is the end of the partition less what is applied.
    """
    lags = {row.partition: row.records for row in lag.read_lags(log, live)}

    ends = log.end_positions(["activity"])
    assert lags == {
        p: ends[p] - applied for p, applied in {Partition("activity", 0): 1, Partition("activity", 9): 0}.items()
    }


@pytest.mark.parametrize(("arguments", "rows"), [([], 1), (["--partitions"], 2), (["venue"], 1), (["other"], 0)])
def test_lag_is_shown(log: MemoryLog, live: str, arguments: list[str], rows: int) -> None:
    """
    The table has a row a topic, or a partition when asked for; a projection that is not there has none.
    """
    output = run(log, "lag", *arguments, SEATSTREAM_DATABASE_URL=live).output

    assert output.count("venue v2") == rows


def test_lag_of_nothing_is_said(log: MemoryLog, database_url: str) -> None:
    """
    Before the first projector ran there is no lag.
    """
    assert run(log, "lag", SEATSTREAM_DATABASE_URL=database_url).output == "No live projection yet.\n"


def test_lag_without_a_database_is_one_sentence(log: MemoryLog) -> None:
    """
    A database that is away is named, without a stack trace.
    """
    result = run(log, "lag", SEATSTREAM_DATABASE_URL="postgresql://127.0.0.1:1/none")

    assert result.exit_code == 1
    assert result.output.startswith("database: ")


def test_a_round_trip_over_a_broker(bootstrap_servers: str) -> None:
    """
    Topics are created by the command, and what is appended is what `tail` shows.
    """
    settings = {"SEATSTREAM_KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers, "SEATSTREAM_TOPIC_PREFIX": "round-"}
    created = run(None, "topics", "create", **settings)
    log = KafkaLog(bootstrap_servers, "round-")
    log.append([view(1)])
    log.close()

    shown = run(None, "tail", "--from-start", "--no-follow", "--json", **settings)

    assert created.output.count("created round-") == 5
    assert [json.loads(line)["id"] for line in shown.output.splitlines()] == ["1"]
