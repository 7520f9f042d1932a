"""
Activity is posted at the gateway of a running system, and read by the services that it concerns.
"""

from __future__ import annotations

import json
from contextlib import closing
from time import time_ns
from typing import Any

import httpx
import psycopg
from processes import Watch
from running import RunningSystem

from inventory_stream.web import parse_positions

TIMEOUT_S = 30


def post(system: RunningSystem, *records: dict[str, Any]) -> httpx.Response:
    """
    Post a batch as a page's `sendBeacon` does.
    """
    headers = {"content-type": "text/plain;charset=UTF-8"}
    content = json.dumps({"records": records})
    url = f"http://{system.gateway}/v1/activity"
    return httpx.post(url, content=content, headers=headers, trust_env=False, timeout=TIMEOUT_S)


def viewed(session: str, event: str) -> dict[str, Any]:
    """
    A view, always the same for a session and event.
    """
    return {"id": "1", "type": "event.viewed.v1", "session_id": session, "customer_id": session, "event_id": event}


def test_a_batch_that_is_posted_twice_counts_once(system: RunningSystem) -> None:
    """
    The venue's funnel has one view, and the customer one, as of the position that the second answer gives.
    """
    name = f"beacon-{time_ns()}"
    answers = [post(system, viewed(name, name)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    position = answers[1].json()["position"]

    database = system.known["environment"]["SEATSTREAM_DATABASE_URL"]
    with closing(Watch(database, "venue")) as watch, psycopg.connect(database) as connection:
        watch.wait_for(parse_positions(position))
        steps = connection.execute(
            f"SELECT step, n FROM {watch.schema()}.funnel_steps WHERE event_id = %s", [name]
        ).fetchall()
    assert steps == [("event.viewed", 1)]

    customer = httpx.get(
        f"http://{system.gateway}/v1/customers/{name}",
        params={"min_position": position},
        headers=system.papers,
        trust_env=False,
    ).json()
    assert sum(customer["activity"].values()) == 1
