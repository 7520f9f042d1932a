"""
How the tracer says that it works.
"""

from datetime import UTC, datetime

import httpx
import pytest

from inventory_stream.log import LogUnavailable
from inventory_stream.projection.process import serve_health
from inventory_stream.testing import MemoryLog
from inventory_stream.tracer import TracerHealth, trace

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class AwayLog(MemoryLog):
    """
    A log that takes nothing.
    """

    def append(self, *_):
        """Be away."""
        raise LogUnavailable("no broker")


@pytest.mark.parametrize(("log", "trouble"), [(MemoryLog(), ""), (AwayLog(), "tracers not sent: no broker")])
def test_ready_while_tracers_go_out(log, trouble):
    """The tracer is ready when its last round was sent, and says why when not."""
    health = TracerHealth()
    trace(log, lambda: NOW, lambda: True, health)

    assert (health.trouble, health.ready) == (trouble, not trouble)


def test_health_is_served():
    """Before the first round the tracer is alive and not ready."""
    server = serve_health(TracerHealth(), "127.0.0.1", 0)
    with httpx.Client(base_url=f"http://127.0.0.1:{server.server_port}", trust_env=False) as client:
        answers = [client.get(path).status_code for path in ("/healthz", "/readyz")]
    server.shutdown()
    server.server_close()

    assert answers == [200, 503]
