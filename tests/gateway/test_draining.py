"""
A gateway that is told to stop while streams are open.
"""

import os
import signal
import subprocess
import sys

import httpx
from upstreams import socket_server

from inventory_stream.local.ports import accepts, free_port


def test_callers_are_sent_elsewhere_while_the_gateway_leaves():
    """Once it is told to stop, answers end their connection: its next request would meet a closed one."""
    port = free_port()
    settings = {"GATEWAY_PORT": str(port), "GATEWAY_DRAIN_S": "20"}
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway"], env={**os.environ, **settings}, stdout=subprocess.DEVNULL
    )
    try:
        while not accepts(port):
            assert process.poll() is None
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            before = client.get("/healthz")
            process.send_signal(signal.SIGTERM)
            while client.get("/readyz").status_code == 200:
                pass
            after = client.get("/healthz")
    finally:
        process.kill()
        process.wait(20)

    assert (before.headers.get("connection"), after.headers["connection"], after.status_code) == (None, "close", 200)


def test_open_streams_end_in_order_when_the_gateway_leaves():
    """On SIGTERM a stream ends as a stream does, so that its listener comes back elsewhere, and the exit code is 0."""

    def behave(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n")
        connection.recv(1000)

    port = free_port()
    with socket_server(behave) as url:
        settings = {"GATEWAY_PORT": str(port), "GATEWAY_INVENTORY_API_URL": url, "GATEWAY_DRAIN_S": "0.1"}
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway"], env={**os.environ, **settings}, stdout=subprocess.DEVNULL
        )
        while not accepts(port):
            assert process.poll() is None
        with httpx.stream("GET", f"http://127.0.0.1:{port}/v1/events", trust_env=False, timeout=30) as answer:
            parts = answer.iter_raw()
            first = next(parts)
            process.send_signal(signal.SIGTERM)
            rest = list(parts)
        code = process.wait(20)

    assert (first, rest, code) == (b"data: 1\n\n", [], 0)
