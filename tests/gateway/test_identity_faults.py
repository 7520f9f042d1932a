"""
A gateway whose identity provider is away, slow or wrong, and clocks that differ: what callers get.
"""

import asyncio
import json
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from clocks import Clock
from issued import AUDIENCE, FIRST, ISSUER, SECOND, token
from upstreams import served

import gateway.identity.provider
from gateway.app import create_app
from gateway.identity.keys import KeyFile, new_key, write_file
from gateway.identity.provider import KEEP_S, RENEW_S, RETRY_S
from gateway.identity.sessions import LIFETIME_S
from gateway.server import DoorProtocol
from gateway.settings import GatewaySettings
from inventory_stream.web import ServiceSettings, create_service
from inventory_stream.web.identity import write_pair

PRIVATE = "/v1/models"


class KeysEndpoint:
    """A provider's endpoint for keys: `keys` are published, none is an error; `mood` changes how it answers."""

    def __init__(self):
        self.keys, self.mood, self.asked = [], "", 0

    async def __call__(self, scope, receive, send):
        """Answer a request."""
        if scope["type"] != "http":
            return
        self.asked += 1
        if self.mood == "frozen":
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        good = json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()
        status = 200 if self.keys or self.mood else 503
        await send({"type": "http.response.start", "status": status, "headers": []})
        while self.mood == "dripping":
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.sleep(0.01)
        said = b" " * 2_000_000 + good if self.mood == "huge" else self.mood.encode() or good
        await send({"type": "http.response.body", "body": said})


class House:
    """A gateway with a provider and clocks of its own, in front of a service that echoes."""

    def __init__(self, stack, folder, service_url):
        self.stack, self.folder, self.service_url = stack, folder, service_url
        self.provider, self.clock, self.rising = KeysEndpoint(), Clock(1_800_000_000.0), Clock()
        self.jwks_url = stack.enter_context(served(self.provider))
        self.client = self.gateway()

    def gateway(self, **settings):
        """Start one; return its client."""
        urls = {f"{name}_url": self.service_url for name in ("inventory_api", "venue_api", "fraud_api")}
        settings = urls | {
            "oidc_issuer": ISSUER,
            "oidc_audience": AUDIENCE,
            "oidc_jwks_url": self.jwks_url,
            "keys_file": self.folder / "keys.json",
            "access_log": False,
            **settings,
        }

        def now():
            return datetime.fromtimestamp(self.clock(), UTC)

        app = create_app(GatewaySettings(**settings), clock=self.rising, now=now)
        url = self.stack.enter_context(served(app, protocol=DoorProtocol))
        return self.stack.enter_context(httpx.Client(base_url=url, trust_env=False, timeout=20))

    def ask(self, key=FIRST, path=PRIVATE, **claims):
        """Ask with a token of this key."""
        made = token(self.clock, key, seatstream_roles=["internal"], **claims)
        return self.client.get(path, headers={"Authorization": f"Bearer {made}"})

    def know(self, *keys):
        """Let the gateway know the provider's keys."""
        self.provider.keys = list(keys)
        assert self.ask(keys[0]).status_code == 200

    def key(self, days=1):
        """Return a new API key."""
        now = datetime.fromtimestamp(self.clock(), UTC)
        key, kept = new_key("a caller", ("internal",), (), now + timedelta(days=days), now)
        write_file(self.folder / "keys.json", KeyFile([kept]))
        return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def house(tmp_path, services):
    """A gateway whose provider has no keys yet."""
    with ExitStack() as stack:
        yield House(stack, tmp_path, services["fraud_api"].url)


@pytest.fixture
def impatient(monkeypatch):
    """The provider is waited for only shortly."""
    monkeypatch.setattr(gateway.identity.provider, "TIMEOUT_S", 0.1)


def outcome(answer):
    """Status and problem type."""
    return answer.status_code, answer.json().get("type", "").rpartition(":")[2]


def test_a_provider_that_is_away_from_the_start(house):
    """Tokens are 503 with the time to come back; keys and fans go on; it is found again by itself."""
    key = house.key()
    away = house.ask()
    others = [house.client.get(PRIVATE, headers=key), house.client.get("/v1/events")]
    house.provider.keys = [FIRST]
    house.rising.now += RETRY_S

    assert (*outcome(away), away.headers["retry-after"]) == (503, "unavailable", "1")
    assert away.json()["trace_id"] == away.headers["traceparent"].split("-")[1]
    assert [answer.status_code for answer in others] == [200, 200]
    assert house.ask().status_code == 200


def test_a_provider_that_goes_away(house):
    """Keys that are known open for a day; what may be a new key is 503, for it cannot be found out, and then is taken up."""
    house.know(FIRST)
    house.provider.keys = []
    house.rising.now += RENEW_S + 1
    during = [house.ask(), house.ask(SECOND)]
    house.provider.keys = [SECOND]
    house.rising.now += RETRY_S
    after = [house.ask(SECOND), house.ask(FIRST)]

    assert [outcome(answer) for answer in during] == [(200, ""), (503, "unavailable")]
    assert [outcome(answer) for answer in after] == [(200, ""), (401, "unauthenticated")]


def test_a_provider_that_stays_away(house):
    """After a day nobody is believed, and operators see it in the metrics."""
    house.know(FIRST)
    house.provider.keys = []
    house.rising.now += KEEP_S + 1
    answer = house.ask()
    metrics = house.client.get("/metrics").text

    assert outcome(answer) == (503, "unavailable")
    assert 'refused_or_failed_total{http_route="/v1/models",kind="unavailable"' in metrics


WRONG = [
    "<html>",
    "[]",
    '{"keys": []}',
    '{"keys": 1}',
    '{"keys": [5]}',
    '{"keys": [{"kty": "EC"}]}',
    "[" * 90_000,
    "huge",
]


@pytest.mark.parametrize("said", WRONG, ids=["page", "list", "empty", "number", "keyless", "half", "deep", "huge"])
def test_a_provider_that_says_what_are_no_keys(house, said):
    """Known keys stay; who knows none lets nobody in. It is asked no more often for that."""
    house.know(FIRST)
    house.provider.mood = said
    house.rising.now += 2 * RENEW_S + 1
    known = [house.ask() for _ in range(3)]
    stranger = house.gateway()
    made = token(house.clock, FIRST, seatstream_roles=["internal"])
    unknown = stranger.get(PRIVATE, headers={"Authorization": f"Bearer {made}"})

    assert [answer.status_code for answer in known] == [200] * 3
    assert outcome(unknown) == (503, "unavailable")
    assert house.provider.asked == 3


def test_nobody_with_a_known_key_waits_for_a_frozen_provider(house):
    """When keys are due and the provider does not answer, tokens are checked with those that are there, at once."""
    house.know(FIRST)
    house.provider.mood = "frozen"
    house.rising.now += RENEW_S + 1
    house.client.timeout = 2
    while house.provider.asked < 2:
        house.ask()
    others = [house.ask(sub=str(number)).status_code for number in range(10)]

    assert others == [200] * 10
    assert house.provider.asked == 2


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("mood", ["frozen", "dripping"])
def test_a_provider_without_an_end_is_as_good_as_away(house, mood):
    """Also one that says a little now and then."""
    house.provider.mood = mood
    answer = house.ask()
    house.provider.mood = ""

    assert outcome(answer) == (503, "unavailable")


def test_strangers_do_not_hammer_the_provider(house):
    """Many tokens of keys that nobody knows: one question in ten seconds, and nobody else waits."""
    house.know(FIRST)
    house.rising.now += RETRY_S
    with ThreadPoolExecutor(10) as pool:
        strangers = list(pool.map(lambda number: house.ask(SECOND, sub=str(number)), range(50)))

    assert {outcome(answer) for answer in strangers} == {(401, "unauthenticated")}
    assert house.provider.asked == 2
    assert house.ask(sub="9").status_code == 200


@pytest.mark.parametrize("head", [{"alg": "RS256", "kid": FIRST.kid, "crit": 5}, {"alg": 5}, {"kid": []}, [], 5])
def test_a_token_that_makes_no_sense_is_refused(house, head):
    """Callers choose what is in its head; none of it is a fault of the gateway."""
    house.know(FIRST)
    made = urlsafe_b64encode(json.dumps(head).encode()).decode().rstrip("=")
    answer = house.client.get(PRIVATE, headers={"Authorization": f"Bearer {made}.e30.AAAA"})

    assert outcome(answer) == (401, "unauthenticated")


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
def test_a_providers_clock_may_differ_by_a_minute(house, claim):
    """Tokens that are a little too old or too new open; beyond that the problem says what time it is here."""
    house.know(FIRST)
    sign = -1 if claim == "exp" else 1
    within = house.ask(**{claim: int(house.clock()) + sign * 59})
    beyond = house.ask(**{claim: int(house.clock()) + sign * 61})

    assert within.status_code == 200
    assert outcome(beyond) == (401, "unauthenticated")
    assert "here it is 2027-01-15T08:00:00Z, and clocks may differ by 60 s" in beyond.json()["detail"]
    assert ("has expired" in beyond.json()["detail"]) == (claim == "exp")


def test_a_key_and_a_session_end_by_the_gateways_clock(house):
    """A key says when it expires, to all who come then; a session that is over is replaced by another."""
    key = house.key(days=1)
    first = house.client.post("/v1/activity", content=b"[]").headers["set-cookie"]
    same = house.client.post("/v1/activity", content=b"[]").headers
    house.clock.now += 86_399
    good = house.client.get(PRIVATE, headers=key)
    house.clock.now += 1
    late = house.client.get(PRIVATE, headers=key)
    house.clock.now += LIFETIME_S
    house.client.cookies.jar.clear()
    another = house.client.post("/v1/activity", content=b"[]", headers={"Cookie": first.partition(";")[0]})

    assert "set-cookie" not in same
    assert (good.status_code, late.status_code) == (200, 401)
    assert "has expired" in late.json()["detail"]
    assert "set-cookie" in another.headers


@pytest.fixture
def apart(house, tmp_path):
    """Let the gateway's clock differ from a service's by some seconds; return a client."""
    private, public = tmp_path / "gateway.jwk", tmp_path / "gateway.jwks"
    write_pair(private, public)
    settings = ServiceSettings(identity_keys=public, access_log=False)
    service = house.stack.enter_context(served(create_service("inventory_api", settings=settings, routers=[])))

    def start(seconds):
        house.clock.now = datetime.now(UTC).timestamp() + seconds
        return house.gateway(inventory_api_url=service, identity_key=private, status_timeout_s=5)

    return start


@pytest.mark.parametrize("seconds", [-20, 4])
def test_a_services_clock_may_differ_a_little(apart, seconds):
    """What the gateway says about who asks is believed: the service has no such route, and says so."""
    assert outcome(apart(seconds).get("/v1/events")) == (404, "not-found")


@pytest.mark.parametrize(("seconds", "why"), [(-60, " s old"), (30, "s in the future"), (3600, "s in the future")])
def test_a_services_clock_that_differs_by_more_is_told(apart, seconds, why):
    """Callers get 503, no word of their own papers; the problem and `/status` name the cause."""
    client = apart(seconds)
    answer = client.get("/v1/events")
    rows = {row["service"]: row for row in client.get("/status").json()["services"]}

    assert (*outcome(answer), answer.headers["retry-after"]) == (503, "clocks-differ", "1")
    assert "by the clock here, what the gateway says about who asks is" in answer.json()["detail"]
    assert why in answer.json()["detail"]
    assert rows["inventory_api"]["status"] == "red"
    assert "by the clock here" in rows["inventory_api"]["reason"]
