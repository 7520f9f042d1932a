"""
The gateway answers as its merged OpenAPI document says: tried with Schemathesis, in front of all three services.
"""

from contextlib import ExitStack, closing

import pytest
import requests
from demo_event import EVENT, VENUE, demo_event
from documented import find_operation, has_only_ids, lasting_session, read_document, try_some
from schemathesis import GenerationMode
from small_models import promoted, published, small_model
from upstreams import served

import fraud_api.app
import inventory_api.app
import venue_api.app
from fraud_api.projection import FraudProjection
from fraud_api.settings import FraudApiSettings
from gateway.app import create_app
from gateway.identity.keys import KeyFile, new_key, write_file
from gateway.routes import ROUTES
from gateway.server import DoorProtocol
from gateway.settings import GatewaySettings
from inventory_api.projection import InventoryProjection
from inventory_api.settings import InventoryApiSettings
from inventory_stream.settings import StreamSettings
from inventory_stream.testing import MemoryLog
from inventory_stream.web.identity import ROLES, write_pair
from tests.gateway.identity.test_keys import NOW
from tests.support.databases import new_database
from tests.support.projected import Projected
from venue_api.projection import VenueProjection
from venue_api.settings import VenueApiSettings

DESCRIBED = [route for route in ROUTES if route.path.startswith("/v1/")]  # pages are for people
LABELS = ["GET /status", *(f"{route.method} {route.path}" for route in DESCRIBED)]
CLOSED = [f"{route.method} {route.path}" for route in DESCRIBED if route.audience != "fans"]
KNOWN = {"event_id": EVENT, "venue_id": VENUE, "customer_id": "c1"}
FEW = 3
BODY_LIMIT = 100_000


class House:
    """
    A gateway that lets nobody wait, in front of the services over a database that knows the demo's event.
    """

    def __init__(self, folder, database_url, stack):
        self._url, self._stack = database_url, stack
        self._public = folder / "gateway.jwks"
        write_pair(folder / "gateway.jwk", self._public)
        self.key, kept = new_key("all", ROLES, ("*",), None, NOW)
        write_file(folder / "keys.json", KeyFile([kept]))
        settings = GatewaySettings(
            access_log=False,
            identity_key=folder / "gateway.jwk",
            keys_file=folder / "keys.json",
            rate_factor=0,
            body_limit_bytes=BODY_LIMIT,
            inventory_api_url=self._inventory(),
            venue_api_url=self._venue(),
            fraud_api_url=self._fraud(),
        )
        self.origin = stack.enter_context(served(create_app(settings), protocol=DoorProtocol))

    def _inventory(self):
        position = self._filled(InventoryProjection, ["inventory"])
        settings = InventoryApiSettings(access_log=False, listener_ahead_s=0.01, identity_keys=self._public)
        return self._started(inventory_api.app.create_app(settings, self._stream, MemoryLog()), position)

    def _venue(self):
        position = self._filled(VenueProjection, ["inventory", "activity"])
        settings = VenueApiSettings(access_log=False, identity_keys=self._public)
        return self._started(venue_api.app.create_app(settings, self._stream), position)

    def _fraud(self):
        topics = ["activity", "feedback", "inventory", "models"]
        position = self._filled(FraudProjection, topics, published(small_model(), 1), promoted(1))
        settings = FraudApiSettings(access_log=False, identity_keys=self._public)
        return self._started(fraud_api.app.create_app(settings, self._stream), position)

    @property
    def _stream(self):
        return StreamSettings(database_url=self._url)

    def _filled(self, projection, topics, *more):
        """Project the demo's event; say how far that is."""
        with closing(Projected(self._url, projection, *topics)) as projected:
            projected.append(*demo_event(), *more)
            return projected.position

    def _started(self, service, position):
        """Serve when it has followed that far."""
        url = self._stack.enter_context(served(service))
        requests.get(f"{url}/healthz", {"min_position": position}, timeout=20).raise_for_status()
        return url


@pytest.fixture(scope="module")
def house(postgres, tmp_path_factory):
    """
    One for all tests.
    """
    with new_database(postgres) as url, ExitStack() as stack:
        yield House(tmp_path_factory.mktemp("house"), url, stack)


@pytest.fixture(scope="module")
def document(house):
    """
    What the gateway says about itself and everything behind it.
    """
    return read_document(house.origin)


@pytest.fixture(scope="module")
def session(house):
    """
    Connections of somebody who may do everything.
    """
    with lasting_session(Authorization=f"Bearer {house.key}") as session:
        yield session


def test_the_document_shows_the_table(document):
    """
    All services are in it, each thing that two of them have stands there once, and every reference leads somewhere.
    """
    raw = document.raw_schema
    shown = {
        f"{method.upper()} {path}": operation
        for path, operations in raw["paths"].items()
        for method, operation in operations.items()
    }
    names = [name for components in raw["components"].values() for name in components]

    assert sorted(shown) == sorted(LABELS)
    assert len({operation["operationId"] for operation in shown.values()}) == len(shown)
    assert not [name for name in names if "." in name]
    assert all(resolved(raw, reference) for reference in references(raw))


def references(node):
    """
    Give all that a document refers to.
    """
    if isinstance(node, dict):
        yield from [node["$ref"]] if isinstance(node.get("$ref"), str) else ()
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from references(item)


def resolved(raw, reference):
    """
    Return what a reference leads to.
    """
    for name in reference.removeprefix("#/").split("/"):
        raw = raw[name]
    return raw


@pytest.mark.parametrize("label", LABELS)
def test_whatever_is_asked_of_what_exists_is_answered_as_documented(document, session, label):
    """
    Requests that fit the schema, about something there is: documented statuses, types and shapes.
    """
    operation = find_operation(document, label)
    ids = {name: value for name, value in KNOWN.items() if f"{{{name}}}" in label}

    statuses = try_some(operation.as_strategy(path_parameters=ids) if ids else operation.as_strategy(), session, FEW)

    assert statuses & {200, 207}


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("label", LABELS)
def test_whatever_is_asked_is_answered_as_documented(document, session, label, mode):
    """
    Requests that fit the schema, and some that do not: never an error of a service.
    """
    operation = find_operation(document, label)
    if mode is GenerationMode.NEGATIVE and has_only_ids(document, operation):
        return  # what an id must not be is tried at the service itself

    try_some(operation.as_strategy(generation_mode=mode), session, FEW)


def refused(document, session, label, **asked):
    """
    Ask with ids of what exists, hold the answer against the document, and return its status.
    """
    case = find_operation(document, label).Case(path_parameters=KNOWN, **asked)
    response = case.call(session=session)
    case.validate_response(response)
    return response.status_code


@pytest.mark.parametrize("label", CLOSED)
def test_the_refusal_of_a_stranger_is_documented(document, label):
    """
    What the gateway says in a service's place has the shape that the service's document promises.
    """
    with lasting_session() as session:
        assert refused(document, session, label) == 401


def test_the_refusal_of_a_large_body_is_documented(document, session):
    """
    The same of the limit of bodies, which services do not hear of.
    """
    body = {"customer_ids": ["c" * 100] * (BODY_LIMIT // 100)}

    assert refused(document, session, "POST /v1/scores", body=body, media_type="application/json") == 413
