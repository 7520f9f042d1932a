"""
`run_service`: the process around a service.
"""

import asyncio
import gc
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

import uvicorn
from starlette.types import Receive, Scope, Send

from inventory_stream.web.connections import ConnectionProtocol
from inventory_stream.web.logs import configure_logs
from inventory_stream.web.settings import ServiceSettings
from inventory_stream.web.state import ServiceState


class Servable(Protocol):
    """
    An ASGI application with the state of a service: a `Service`, or the gateway, which is none.
    """

    service_state: ServiceState

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        ...


class DrainingServer(uvicorn.Server):
    """
    On the first SIGTERM: not ready → a moment for balancers to notice → stop listening → finish requests → exit.
    """

    def __init__(self, config: uvicorn.Config, service: Servable, drain_s: float) -> None:
        """
        Args:
            service: whose state says that it is going down.
            drain_s: how long it still takes new requests.
        """
        super().__init__(config)
        self._service = service
        self._drain_s = drain_s

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """
        Handle signals while serving, and do not raise them again afterwards: an orderly end is exit code 0.
        """
        with super().capture_signals():
            yield
            self._captured_signals.clear()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """
        Begin to leave; a second signal leaves at once.
        """
        state = self._service.service_state
        if sig != signal.SIGTERM or state.draining or not self._drain_s:
            state.draining = True
            super().handle_exit(sig, frame)
            return
        state.draining = True
        timer = threading.Timer(self._drain_s, super().handle_exit, (sig, frame))
        timer.daemon = True
        timer.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """
        End what has no end of its own, then wait for the rest.
        """
        for leave in self._service.service_state.on_leave:
            leave()
        await super().shutdown(sockets)


def run_service(
    service: Servable, settings: ServiceSettings, *, protocol: type[asyncio.Protocol] | None = None
) -> None:
    """
    Serve until told to stop.

    Args:
        protocol: reads and writes HTTP in place of uvicorn's own; it believes no proxy about who asks.
    """
    configure_logs(settings.log_level)
    config = uvicorn.Config(
        service,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        http=protocol or ConnectionProtocol,
        ws="auto" if protocol is None else "none",
        proxy_headers=protocol is None,
        timeout_graceful_shutdown=settings.shutdown_timeout_s,
    )
    # What was built so far stays: looking through it again and again would hold up requests for tens of milliseconds.
    gc.collect()
    gc.freeze()
    DrainingServer(config, service, settings.drain_s).run()
