"""
The gateway, put together.
"""

import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from importlib.metadata import version as package_version

from gateway import gauges
from gateway.bodies import Bodies
from gateway.document import Documents
from gateway.door import Gateway
from gateway.forwarder import Forwarder
from gateway.guard.pulse import Pulse
from gateway.identity.callers import MYSELF, make_callers
from gateway.kept import Cache
from gateway.limits.limits import make_limits
from gateway.pages import Pages
from gateway.policies import HTTPS_ALONE, Origins
from gateway.reads import Reads
from gateway.recorder import Recorder
from gateway.repeats.records import FileRecords, MemoryRecords, Records
from gateway.repeats.repeats import Repeats
from gateway.router import Router
from gateway.routes import ROUTES, Route
from gateway.service import Service
from gateway.settings import GatewaySettings
from gateway.status import utc_now
from gateway.upstreams import Upstreams
from gateway.wire.pool import Pool
from inventory_stream.telemetry import open_traces
from inventory_stream.web.logs import AccessLog
from inventory_stream.web.metrics import ServiceMetrics
from inventory_stream.web.state import ServiceState

NAME = "gateway"


def create_app(
    settings: GatewaySettings,
    *,
    routes: Sequence[Route] = ROUTES,
    write_log: Callable[[str], object] | None = None,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = utc_now,
) -> Gateway:
    """
    Put the gateway together.

    Args:
        settings: addresses and limits.
        routes: the table.
        write_log: takes lines of the access log; standard output when None.
        clock: seconds, rising.
        now: the time.
    """
    version = package_version("seatstream")
    log = AccessLog(write_log or sys.stdout.write) if settings.access_log else None
    state = ServiceState(NAME, version, (), ServiceMetrics(NAME, version), log)
    recorder = _recorder(settings, state)
    callers = make_callers(settings, lambda: now().timestamp(), clock)
    upstreams = Upstreams(settings, partial(callers.introduce, MYSELF))
    documents = Documents(upstreams, routes, version, settings, clock)
    pages = Pages(state, settings, upstreams, documents, routes, now, clock)
    pulse = Pulse(clock)
    services = {
        name: Service(name, Pool(url, settings.connect_timeout_s), clock, pulse, recorder)
        for name, url in settings.upstreams.items()
    }
    forwarder = Forwarder(services, Bodies(settings.body_limit_bytes, settings.body_timeout_s), callers.introduce)
    cache = Cache(settings.cache_bytes, clock)
    reads = Reads(cache, services, forwarder.head, recorder)
    gauges.show(state.metrics.meter, services, cache)
    return Gateway(
        state,
        upstreams,
        pages,
        Router(routes),
        forwarder,
        reads,
        callers,
        pulse,
        Repeats(_records(settings)),
        make_limits(settings, clock),
        Origins(settings.cors_origins, HTTPS_ALONE if settings.secure_cookies else None),
        recorder,
    )


def _recorder(settings: GatewaySettings, state: ServiceState) -> Recorder | None:
    traces = open_traces(settings.traces, state.name, state.version, state.metrics.meter)
    return None if traces is None else Recorder(traces)


def _records(settings: GatewaySettings) -> Records:
    if settings.redis_url:
        from gateway.repeats.shared import SharedRecords

        return SharedRecords(settings.redis_url)
    return FileRecords(settings.state_folder / "repeats.sqlite") if settings.state_folder else MemoryRecords()
