"""
Pages in a real browser: a server in a thread, and a Chromium that notes what a page asks for and complains about.
"""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from inventory_stream.local.ports import LOOPBACK

# Root may not have a sandbox, and a browser that tests a page has nothing to ask of anybody else.
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


TIMEOUT_MS = 15_000
# What a page is expected to show comes as late as all else on a busy machine.
expect.set_options(timeout=TIMEOUT_MS)


class Server(uvicorn.Server):
    """
    A server that says when it listens.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """
        Listen, and say so.
        """
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """
        Stop at once: a page that is still open would listen to its stream for ever.
        """
        for connection in list(self.server_state.connections):
            connection.transport.close()
        await super().shutdown(sockets)


@contextmanager
def served(app: Any) -> Iterator[str]:
    """
    Serve an application on a free port; give its origin.
    """
    place = socket.create_server((LOOPBACK, 0))
    server = Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place]})
    thread.start()
    try:
        assert server.listening.wait(20), "the server did not start"
        yield f"http://{LOOPBACK}:{place.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        place.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """
    Start a Chromium of its own, with a fresh profile.
    """
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("there is no chromium on the path: `make chromium` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """
    One page in a context of its own.

    Attributes:
        page: the page.
        complaints: errors of scripts and of the console.
        requested: the addresses asked for, in order.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(TIMEOUT_MS)
        self.complaints: list[str] = []
        self.requested: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requested.append(request.url))

    def open(self, url: str) -> Page:
        """
        Open a page with seats, and return it once they are shown.
        """
        self.page.goto(url)
        self.page.wait_for_selector("body[data-state=ready]")
        return self.page

    def elsewhere(self, origin: str) -> list[str]:
        """
        Return the addresses asked for that are not of this origin.
        """
        return [url for url in self.requested if not url.startswith((f"{origin}/", "blob:", "data:"))]
