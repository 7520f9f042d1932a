"""
A season is played, and at several positions every answer about every event is what the records say by then.

The season lies around today, so that some shows are over, some are sold and some are not yet on sale. Its records come
as through old adapters: now and then twice, in the wrong order, or broken; and echoes claim what others have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import oracle_answers
import oracle_offers
import psycopg
import pytest
from echoes import Echoes
from oracle import Event, World, apply, new_world
from oracle_answers import Answer, keyed
from projected import started
from rebuilt import projecting
from seat_watcher import Watcher

from inventory_api.app import create_app
from inventory_api.projection import InventoryProjection
from inventory_api.settings import InventoryApiSettings
from inventory_api.words import EventStatus
from inventory_stream.local import LocalPostgres
from inventory_stream.records import Encoded
from inventory_stream.settings import StreamSettings
from inventory_stream.testing import MemoryLog
from inventory_stream.web import Service, format_positions
from simulator.delivery import Delivery
from simulator.scenario import load_scenario
from simulator.simulation import simulate
from simulator.truth import Truth

SEEDS = (7, 11, 23)
STOPS = 5  # on the way, and one more for a service that is asked for the first time
KINDS = ("search", "many", "detail", "availability", "offers", "chart", "seats", "plain seats", "changes")
DAYS_BACK = 20
SCENARIO = Path(__file__).with_name("around-today.toml")


class Asked(NamedTuple):
    """
    One answer, and what it should be just before and just after it was asked for: time changes words.
    """

    stop: int
    event_id: str
    answer: Answer
    expected: tuple[Answer, ...]


Asks = dict[str, list[Asked]]


def season(seed: int) -> list[Encoded]:
    """
    The inventory records of the season as they arrive.
    """
    scenario = load_scenario(str(SCENARIO))
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    run = simulate(scenario, seed, midnight - timedelta(days=DAYS_BACK))
    delivered = Delivery(scenario.delivery, seed, Truth()).deliver(run.encoded())
    records = (record for batch in delivered for record in batch if record.topic == "inventory")
    return list(Echoes(seed).among(records))


class Auditor:
    """
    Asks about every event, and works out what the answers should be.
    """

    def __init__(self, log: MemoryLog, service: Service, client: httpx.AsyncClient) -> None:
        self._log = log
        self._service = service
        self._client = client
        self._listening: dict[str, Watcher] = {}
        self._reader = log.read(log.start_positions(["inventory"]))
        self._world: World = new_world()
        self.asked: Asks = {}

    async def stop(self, number: int) -> None:
        """
        Wait until the API reflects the whole log, and ask about everything.
        """
        end = format_positions(self._log.end_positions(["inventory"]))
        reached = await self._client.get("/healthz", params={"min_position": end})
        assert reached.status_code == 200, reached.text
        while records := self._reader.poll(1_000, 0):
            for record in records:
                apply(self._world, record)
        await self._ask_lists(number)
        for event_id in self._world["events"]:
            await self._ask_event(number, event_id)

    async def _get(self, path: str, **parameters: Any) -> Any:
        answer = await self._client.get(path, params=parameters)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json() if answer.headers["content-type"] == "application/json" else answer.content

    def _note(self, kind: str, number: int, event_id: str, answer: Answer, expected: Any, began: datetime) -> None:
        event = self._world["events"][event_id]
        candidates = tuple(expected(event, now) for now in (began, datetime.now(UTC)))
        self.asked.setdefault(kind, []).append(Asked(number, event_id, answer, candidates))

    async def _ask_lists(self, number: int) -> None:
        """
        Ask for rows of a search and for many at once: each must be of every event that there is.
        """
        began, ids = datetime.now(UTC), list(self._world["events"])
        words = list(EventStatus.__args__)
        page = await self._get("/v1/events", limit=100, availability=words)
        assert sorted(row["event_id"] for row in page["events"]) == sorted(ids)
        assert page["total"] == len(ids)
        many = await self._get("/v1/availability", event_ids=",".join([*ids, "nobody"]))
        assert many["unknown"] == ["nobody"]
        rows, left = keyed(page["events"], "event_id"), keyed(many["events"], "event_id")
        for event_id in ids:
            self._note("search", number, event_id, rows[event_id], self._summary, began)
            self._note("many", number, event_id, left[event_id], oracle_answers.left, began)

    def _summary(self, event: Event, now: datetime) -> Answer:
        return oracle_answers.summary(self._world, event, now)

    def _manifest(self, event: Event, _: datetime) -> Answer:
        return oracle_offers.manifest(self._world, event)

    def _seats(self, event: Event, _: datetime) -> Answer:
        return oracle_offers.seats(event)

    def _offers(self, event: Event, now: datetime) -> Answer:
        return oracle_offers.offers(self._world, event, now)

    async def _ask_event(self, number: int, event_id: str) -> None:
        """
        Ask for everything about one event.
        """
        began, path = datetime.now(UTC), f"/v1/events/{event_id}"
        detail = await self._get(path)
        self._note("detail", number, event_id, by(detail, prices="price_level"), oracle_answers.detail, began)
        left = by(await self._get(f"{path}/availability"), price_levels="price_level", sections="section")
        for section in left["sections"].values():
            section["price_levels"] = set(section["price_levels"])
        self._note("availability", number, event_id, left, oracle_answers.availability, began)
        offers = by(await self._get(f"{path}/offers"), prices="price_level", offers="offer_id", listings="listing_id")
        for offer in offers["offers"].values():
            offer |= {"price_levels": set(offer["price_levels"]), "events": keyed(offer["events"], "event_id")}
        for listing in offers["listings"].values():
            listing["seats"].sort()
        self._note("offers", number, event_id, offers, self._offers, began)
        await self._ask_seats(number, event_id, began)

    async def _ask_seats(self, number: int, event_id: str, began: datetime) -> None:
        """
        Ask for the seats of an event in both forms, which must be those of its chart.
        """
        path = f"/v1/events/{event_id}"
        chart = await self._get(f"{path}/chart")
        self._note("chart", number, event_id, oracle_offers.charted(chart), self._manifest, began)
        body = await self._get(f"{path}/seats")
        self._note("seats", number, event_id, oracle_offers.unpacked(body, chart), self._seats, began)
        await self._look_at_changes(number, event_id, Watcher(self._service, event_id, chart, body), began)
        plain = await self._get(f"{path}/seats", format="json")
        assert plain["chart"].endswith(f"version={chart['version']}")
        found = {
            "sections": {row["section"]: row["statuses"] for row in plain["sections"]},
            "areas": keyed(plain["areas"], "section"),
        }
        self._note("plain seats", number, event_id, found, self._seats, began)

    async def _look_at_changes(self, number: int, event_id: str, newest: Watcher, began: datetime) -> None:
        """
        See what became of who listened since the stop before. Who was told to load everything again has done so.
        """
        before = self._listening.pop(event_id, None)
        self._listening[event_id] = newest
        if before is not None:
            drawn = await before.until(oracle_offers.seats(self._world["events"][event_id]))
            if not before.lost:
                self._note("changes", number, event_id, drawn, self._seats, began)
            await before.leave()

    async def leave(self) -> None:
        """
        Close what is still open.
        """
        for listening in self._listening.values():
            await listening.leave()


def by(answer: Answer, **keys: str) -> Answer:
    """
    Return an answer whose lists are dicts, by field of their rows.
    """
    return answer | {name: keyed(answer[name], key) for name, key in keys.items()}


async def audit(make: Callable[[], Service], log: MemoryLog, records: list[Encoded]) -> Asks:
    """
    Let the season happen, and stop several times on the way; then ask a service that has kept nothing.
    """
    service = make()
    async with started(service) as client:
        auditor = Auditor(log, service, client)
        size = -(-len(records) // STOPS)
        for number in range(STOPS):
            log.append(records[number * size : (number + 1) * size])
            await auditor.stop(number)
        await auditor.leave()
    service = make()
    async with started(service) as client:
        fresh = Auditor(log, service, client)
        await fresh.stop(STOPS)
        await fresh.leave()
    return {kind: [*auditor.asked[kind], *fresh.asked.get(kind, ())] for kind in KINDS}


@pytest.fixture(scope="module", params=SEEDS)
def asked(request: pytest.FixtureRequest, postgres: LocalPostgres) -> Iterator[Asks]:
    """
    All that was asked, by kind of question.
    """
    log, name = MemoryLog({"inventory": 3}), f"season_{request.param}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        url = postgres.url_of(name)
        settings = InventoryApiSettings(access_log=False, position_timeout_s=60)
        with projecting(log, url, InventoryProjection):
            yield asyncio.run(
                audit(
                    lambda: create_app(settings, StreamSettings(database_url=url), MemoryLog()),
                    log,
                    season(request.param),
                )
            )
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_is_what_the_records_say(asked: Asks, kind: str) -> None:
    """
    At every stop, about every event.
    """
    assert len({one.stop for one in asked[kind]}) >= STOPS - 1
    for one in asked[kind]:
        assert one.answer in one.expected, differences(one)


def differences(one: Asked) -> list[Any]:
    """
    Return where an answer is not as expected, for who reads a failure.
    """
    expected = one.expected[-1]
    names = [name for name in one.answer.keys() | expected.keys() if one.answer.get(name) != expected.get(name)]
    return [one.stop, one.event_id, *((name, one.answer.get(name), expected.get(name)) for name in names)]


def test_the_season_has_something_of_everything(asked: Asks) -> None:
    """
    A test that compares nothing with nothing would pass: shows of all kinds of words, resale, moves.
    """
    rows = [one.answer for one in asked["search"]]

    assert {row["status"] for row in rows} >= {"past", "on_sale", "not_yet_on_sale", "cancelled"}
    assert any(row["moved_from"] for row in rows)
    assert any(row["lowest_resale_price"] for row in rows)
    assert all(any(row["counts"][status] for row in rows) for status in ("free", "held", "sold", "blocked", "listed"))
    drawn = {(one.stop, one.event_id): one.answer for one in asked["seats"]}
    assert any(one.answer != drawn[one.stop - 1, one.event_id] for one in asked["changes"])
