"""
A service that knows the gateway's keys answers nobody else.
"""

import asyncio

import httpx
import pytest
from fastapi import APIRouter, Depends

from inventory_stream.web import Answer, ServiceSettings, create_service
from inventory_stream.web.callers import only_for
from inventory_stream.web.identity import ANONYMOUS, HEADER, Identity, Signer, read_private, write_pair

router = APIRouter()
READY_MADE = Answer(200, [(b"content-type", b"text/plain")], b"ready made")


@router.get("/v1/venues/{venue_id}", dependencies=[Depends(only_for("venues"))])
async def read_venue(venue_id: str) -> str:
    """Something that is for one venue."""
    return venue_id


@pytest.fixture
def files(tmp_path):
    """
    The gateway's key, and what services know of it.
    """
    private, public = tmp_path / "gateway.jwk", tmp_path / "gateway.jwks"
    write_pair(private, public)
    return private, public


def ask(public, *requests):
    """
    Return the answers to some requests, each a path and headers.
    """
    settings = ServiceSettings(identity_keys=public, access_log=False)
    service = create_service(
        "venue_api",
        settings=settings,
        routers=[router],
        prepared=lambda scope, _: READY_MADE if scope["path"] == "/v1/hot" else None,
    )

    async def run():
        transport = httpx.ASGITransport(service)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return [await client.get(path, headers=headers) for path, headers in requests]

    return asyncio.run(run())


def said(private, identity=ANONYMOUS, service="venue_api"):
    """
    The header with which the gateway says who asks.
    """
    return {HEADER.decode(): Signer(read_private(private)).statement(identity, service).decode()}


@pytest.mark.parametrize("path", ["/v1/venues/v1", "/v1/hot", "/status", "/openapi.json", "/nowhere"])
def test_a_direct_call_is_refused(files, path):
    """
    Whatever it asks for, also what is answered from memory; the problem says where to go.
    """
    (answer,) = ask(files[1], (path, {}))

    assert answer.status_code == 401
    assert "answers the gateway alone" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_need_no_papers(files, path):
    """
    Kubelets and Prometheus have none.
    """
    assert ask(files[1], (path, {}))[0].status_code == 200


def test_the_gateway_is_answered(files):
    """
    Ready-made answers and routes, for whom they are.
    """
    private, public = files
    venue = said(private, Identity(("venues",), "key:1", ("v1",)))
    answers = ask(
        public,
        ("/v1/hot", said(private)),
        ("/v1/venues/v1", venue),
        ("/v1/venues/v2", venue),
        ("/v1/venues/v1", said(private, Identity(("internal",), "key:2"))),
        ("/v1/venues/v1", said(private)),
    )

    assert [answer.status_code for answer in answers] == [200, 200, 403, 403, 401]


@pytest.mark.parametrize("value", ["", "x", "a.b.c"])
def test_papers_that_are_wrong_are_none(files, value):
    """
    Noise in the header, and what was meant for another service.
    """
    private, public = files
    answers = ask(public, ("/v1/hot", {HEADER.decode(): value}), ("/v1/hot", said(private, service="fraud_api")))

    assert [answer.status_code for answer in answers] == [401, 401]


def test_without_keys_a_service_answers_everybody():
    """
    On a machine of one's own, without a gateway, nothing is asked.
    """
    assert [answer.status_code for answer in ask(None, ("/v1/venues/v1", {}), ("/v1/hot", {}))] == [200, 200]


def test_a_file_without_keys_stops_the_start(tmp_path):
    """
    A service that was meant to be closed never starts open.
    """
    (tmp_path / "keys").write_text("{}")

    with pytest.raises(ValueError, match="keys holds no"):
        ask(tmp_path / "keys", ("/v1/hot", {}))
