"""
Whatever is asked of the gateway, it answers: with the one shape of errors, and never with a fault of its own.
"""

import asyncio
from collections.abc import Callable, Iterator

import msgspec
import pytest
from fuzzed import PROBLEM_FIELDS, Answered, Asked, Operation, ask, requests
from hypothesis import HealthCheck, given, settings
from upstreams import closed_url

from gateway.app import create_app
from gateway.routes import ROUTES
from gateway.settings import GatewaySettings

PAGES = ("/", "/status", "/healthz", "/readyz", "/metrics", "/openapi.json", "/nowhere", "/v1//events", "/v1/../status")
KNOWN = [
    *(Operation(row.method, row.path, ["limit", "q"]) for row in ROUTES),
    *(Operation("GET", p, []) for p in PAGES),
]


@pytest.fixture(scope="module")
def put() -> Iterator[Callable[[Asked], Answered]]:
    """
    Ask a gateway whose services are all down.
    """
    urls = {f"{row.upstream}_url": closed_url() for row in ROUTES}
    app = create_app(GatewaySettings(access_log=False, **urls))
    with asyncio.Runner() as runner:
        runner.run(app._upstreams.open())
        yield lambda asked: runner.run(ask(app, asked))
        runner.run(app._upstreams.close())


def test_whatever_is_asked_is_answered(put: Callable[[Asked], Answered]) -> None:
    """
    Any method, path, parameters, headers and body give a page, or a problem with a trace; 503 where services are down.
    """

    @given(requests(KNOWN))
    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    def run(asked: Asked) -> None:
        answer = put(asked)
        assert answer.headers["traceparent"].startswith("00-")
        assert answer.status < 500 or answer.status == 503
        if answer.status >= 400 and asked.path != b"/status":
            assert answer.headers["content-type"] == "application/problem+json"
            assert asked.method == "HEAD" or msgspec.json.decode(answer.body).keys() >= PROBLEM_FIELDS

    run()
