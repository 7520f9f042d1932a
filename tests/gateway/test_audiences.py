"""
Every route of every service against every audience: what is not theirs does not reach the service.
"""

import json
from contextlib import ExitStack

import httpx
import pytest
from upstreams import EchoService, served

import fraud_api.app
import inventory_api.app
import venue_api.app
from fraud_api.settings import FraudApiSettings
from gateway.app import create_app
from gateway.identity.keys import KeyFile, new_key, write_file
from gateway.identity.sessions import COOKIE
from gateway.routes import ROUTES
from gateway.settings import GatewaySettings
from inventory_api.settings import InventoryApiSettings
from inventory_stream.settings import StreamSettings
from inventory_stream.web.identity import ROLES, Identity, Verifier, read_public, write_pair
from tests.gateway.identity.test_keys import NOW
from venue_api.settings import VenueApiSettings

SERVICES = {
    "inventory_api": (inventory_api.app, InventoryApiSettings),
    "venue_api": (venue_api.app, VenueApiSettings),
    "fraud_api": (fraud_api.app, FraudApiSettings),
}
HOUSE = "v1"


class House:
    """
    A gateway with its real table in front of services that say what arrived, and a key for each role.
    """

    def __init__(self, folder, stack):
        self.private, self.public = folder / "gateway.jwk", folder / "gateway.jwks"
        write_pair(self.private, self.public)
        self.services = {name: EchoService(name) for name in SERVICES}
        urls = {f"{name}_url": stack.enter_context(served(service)) for name, service in self.services.items()}
        made = {role: new_key(role, (role,), (HOUSE,) if role == "venues" else (), None, NOW) for role in ROLES}
        write_file(folder / "keys.json", KeyFile([kept for _, kept in made.values()]))
        self.papers = {role: {"Authorization": f"Bearer {key}"} for role, (key, _) in made.items()}
        settings = GatewaySettings(access_log=False, identity_key=self.private, keys_file=folder / "keys.json", **urls)
        url = stack.enter_context(served(create_app(settings)))
        self.client = stack.enter_context(httpx.Client(base_url=url, trust_env=False))

    def ask(self, route, role, **given):
        """Ask for a route as somebody with a role; None for somebody without papers."""
        path = route.path.replace("{venue_id}", given.pop("venue", HOUSE)).replace("{", "").replace("}", "")
        self.client.cookies.clear()
        return self.client.request(route.method, path, headers={**self.papers.get(role, {}), **given})

    def arrived(self, name):
        """How many requests a service has seen."""
        return self.services[name].seen


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """
    One for all tests.
    """
    with ExitStack() as stack:
        yield House(tmp_path_factory.mktemp("house"), stack)


@pytest.mark.parametrize("role", [None, *ROLES])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_is_for_its_audience(house, route, role):
    """
    Whom it is for gets the service's answer; anyone else 401 without papers, 403 with others, and the service hears nothing.
    """
    before = house.arrived(route.upstream)
    status = house.ask(route, role).status_code

    if route.audience in ("fans", role):
        assert status == 200
    else:
        assert status == (401 if role is None else 403)
        assert house.arrived(route.upstream) == before


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_of_a_service_is_in_the_table_or_closed(name):
    """
    What a service offers and the table does not name cannot be reached; nothing in the table is without a service.
    """
    module, settings = SERVICES[name]
    paths = module.create_app(settings(access_log=False), StreamSettings()).openapi()["paths"]
    offered = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    listed = {(route.method, route.path) for route in ROUTES if route.upstream == name}

    assert {row for row in listed if row[1].startswith("/v1/")} <= offered
    assert offered <= listed


@pytest.mark.parametrize("venue", ["v2", "v1x", "V1", "*"])
@pytest.mark.parametrize("route", [row for row in ROUTES if row.audience == "venues"], ids=lambda route: route.path)
def test_a_venue_sees_no_other(house, route, venue):
    """
    The venue in the path must be the caller's, letter for letter.
    """
    assert house.ask(route, "venues", venue=venue).status_code == 403


def test_a_venue_in_disguise_is_still_the_same(house):
    """
    An escaped letter is the letter, for the gateway as for the service.
    """
    route = next(row for row in ROUTES if row.audience == "venues")

    assert house.ask(route, "venues", venue="%761").status_code == 200
    assert house.ask(route, "venues", venue="%762").status_code == 403


def statement(house, answer):
    """
    Who the service was told asks.
    """
    said = json.loads(answer.content)
    verifier = Verifier(read_public(house.public), said["service"])
    return verifier.identity(said["headers"]["seatstream-identity"].encode())


def test_the_service_is_told_who_asks(house):
    """
    Role, key and venues arrive in a statement that the service can check.
    """
    route = next(row for row in ROUTES if row.audience == "venues")
    found = statement(house, house.ask(route, "venues"))

    assert (found.roles, found.venues, found.subject[:4]) == (("venues",), (HOUSE,), "key:")


def test_what_callers_say_about_themselves_goes_no_further(house):
    """
    Identity headers, credentials and cookies of the outside end at the door.
    """
    route = next(row for row in ROUTES if row.audience == "internal")
    forged = {"seatstream-identity": "x", "Seatstream-Role": "operators", "Cookie": "a=b", "X-Forwarded-For": "1.2.3.4"}
    answer = house.ask(route, "internal", **forged)

    assert statement(house, answer).roles == ("internal",)
    assert not {"authorization", "cookie", "seatstream-role", "x-forwarded-for"} & set(answer.json()["headers"])


def test_reads_of_fans_are_asked_for_in_nobodys_name(house):
    """
    What is kept for all must not be made for one: a signed-in caller's read says no more than anyone's.
    """
    route = next(row for row in ROUTES if row.path == "/v1/events")

    assert statement(house, house.ask(route, "operators")) == Identity()


def test_a_fan_who_writes_gets_a_session(house):
    """
    The service is told a session, the browser gets it as a cookie, and the next time it is the same.
    """
    route = next(row for row in ROUTES if row.method == "POST" and row.audience == "fans")
    first = house.ask(route, None)
    cookie = first.cookies[COOKIE]
    second = house.ask(route, None, Cookie=f"{COOKIE}={cookie}")

    assert statement(house, first).subject == statement(house, second).subject == f"session:{cookie.split('.')[0]}"
    assert COOKIE not in second.cookies


def test_reads_set_no_cookie(house):
    """
    A shared answer must not hand one browser's session to another.
    """
    assert not house.ask(ROUTES[0], None).cookies


def test_services_are_asked_about_themselves_in_the_gateways_name(house):
    """
    `/status` reaches services that answer the gateway alone.
    """
    assert house.client.get("/status").json()["status"] in ("green", "yellow")
