"""
The projector as a process: `python -m NAME.projector` calls `main` with its projection.
"""

import logging
import signal
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from threading import Thread
from typing import Protocol

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import get_meter, set_meter_provider
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import generate_latest
from pydantic_settings import BaseSettings, SettingsConfigDict

from inventory_stream.log import LogError
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.projection.collection import collection_off
from inventory_stream.projection.definition import Projection
from inventory_stream.projection.errors import ProjectionError
from inventory_stream.projection.projector import Projector
from inventory_stream.projection.session import ProjectorOptions
from inventory_stream.projection.tracing import BatchTraces
from inventory_stream.settings import StreamSettings, read_settings
from inventory_stream.telemetry import TraceSettings, open_traces


class ProjectorSettings(BaseSettings):
    """
    One projector process. Environment prefix: `PROJECTOR_`.

    port: where `/healthz`, `/readyz` and `/metrics` are served; 0 for nowhere.
    member: a name that outlives restarts of this process, so that it gets its partitions back at once.
    """

    model_config = SettingsConfigDict(env_prefix="PROJECTOR_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 0
    member: str = ""


def main(factory: Callable[[], Projection], options: ProjectorOptions | None = None) -> None:
    """
    Run a projector until SIGTERM or SIGINT; exit 1 with one sentence when it cannot go on.
    """
    stream, settings = read_settings(StreamSettings), read_settings(ProjectorSettings)
    logging.basicConfig(level=stream.log_level, format="%(message)s")
    set_meter_provider(MeterProvider([PrometheusMetricReader()]))
    log = KafkaLog(stream.kafka_bootstrap_servers, stream.topic_prefix)
    projector = Projector(factory, log, stream.database_url, member=settings.member, options=options)
    traces = open_traces(
        read_settings(TraceSettings), f"{projector.name}_projector", version("seatstream"), get_meter(__name__)
    )
    projector.traces = None if traces is None else BatchTraces(traces, projector.name)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: projector.stop())
    server = serve_health(projector, settings.host, settings.port) if settings.port else None
    try:
        with collection_off():
            projector.run()
    except (ProjectionError, LogError) as error:
        sys.exit(f"{projector.name}: {error}")
    finally:
        log.close()
        if traces is not None:
            traces.close()
        if server is not None:
            server.shutdown()


class Healthy(Protocol):
    """
    What can be asked how it is: `trouble` says why it is not ready.
    """

    @property
    def ready(self) -> bool:
        """Whether it does what it is for."""
        ...

    @property
    def trouble(self) -> str:
        """The reason, if it knows one."""
        ...


def serve_health(projector: Healthy, host: str, port: int) -> ThreadingHTTPServer:
    """
    Answer `/healthz`, `/readyz` and `/metrics` from a thread; return the server (port 0 picks a free one).
    """

    class Handler(BaseHTTPRequestHandler):
        """Answers from the projector's own words."""

        def do_GET(self) -> None:
            """Say how it is, or what it counted."""
            ready = projector.ready
            answers = {
                "/healthz": (200, b"alive\n"),
                "/readyz": (200, b"ready\n") if ready else (503, f"{projector.trouble or 'catching up'}\n".encode()),
                "/metrics": (200, generate_latest()),
            }
            status, body = answers.get(self.path, (404, b"not found\n"))
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Leave probes out of the log."""

    server = ThreadingHTTPServer((host, port), Handler)
    Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
