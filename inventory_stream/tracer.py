"""
The tracer: a heartbeat in every partition, by which each projector reports its end-to-end freshness.

Run it once a stream: `python -m inventory_stream.tracer`. Two of them do no harm.
"""

import logging
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from threading import Event
from typing import Literal, get_args

import msgspec
from pydantic_settings import BaseSettings, SettingsConfigDict

from inventory_stream.log import Log, LogUnavailable
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.records import Encoded, encode
from inventory_stream.records.operations import TracerSent
from inventory_stream.settings import StreamSettings, read_settings

TracedTopic = Literal["inventory", "activity", "feedback", "models"]
# No event or customer has this key; being one, it keeps a compacted topic from filling with heartbeats.
KEY = b"~tracer"

_logger = logging.getLogger(__name__)


class TracerSettings(BaseSettings):
    """
    How often tracers are sent. Environment prefix: `TRACER_`.

    port: where `/healthz`, `/readyz` and `/metrics` are served; 0 for nowhere.
    """

    model_config = SettingsConfigDict(env_prefix="TRACER_", frozen=True)

    interval_s: float = 5.0
    host: str = "127.0.0.1"
    port: int = 0


class TracerHealth:
    """
    Whether the last round was sent. `trouble` is empty when it was.
    """

    def __init__(self) -> None:
        self.trouble = "nothing sent yet"

    @property
    def ready(self) -> bool:
        """
        Say whether heartbeats go out.
        """
        return not self.trouble


def tracers(log: Log, now: datetime) -> list[Encoded]:
    """
    Return one tracer for each partition that projectors read.

    Raises:
        LogError: a topic is missing, or the broker is away.
    """
    return [_tracer(topic, number, now) for topic in get_args(TracedTopic) for number in range(log.partitions(topic))]


def _tracer(topic: TracedTopic, number: int, now: datetime) -> Encoded:
    record = TracerSent(to_topic=topic, to_partition=number)
    encoded = encode(record, id=f"{topic}/{number}/{now.isoformat()}", source="/tracer", time=now)
    return msgspec.structs.replace(encoded, topic=topic, partition=number, key=KEY)


def trace(
    log: Log, clock: Callable[[], datetime], wait: Callable[[], bool], health: TracerHealth | None = None
) -> None:
    """
    Send tracers until told to stop. While the log is away nothing is sent: late tracers would say nothing.

    Args:
        wait: waits for the next round; True means stop.
        health: is told how each round went.
    """
    health = health or TracerHealth()
    while True:
        try:
            log.append(tracers(log, clock()))
            health.trouble = ""
        except LogUnavailable as error:
            health.trouble = f"tracers not sent: {error}"
            _logger.warning("tracers not sent: %s", error)
        if wait():
            return


def _serve(health: TracerHealth, settings: TracerSettings) -> ThreadingHTTPServer:
    """
    Answer probes; only then are the projections' libraries imported, which take longer than all the rest.
    """
    from inventory_stream.projection.process import serve_health

    return serve_health(health, settings.host, settings.port)


def main() -> None:
    """
    Run until SIGTERM or SIGINT.
    """
    stream, settings = read_settings(StreamSettings), read_settings(TracerSettings)
    logging.basicConfig(level=stream.log_level)
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    log = KafkaLog(
        stream.kafka_bootstrap_servers, stream.topic_prefix, delivery_timeout_s=max(2.0, settings.interval_s)
    )
    health = TracerHealth()
    server = _serve(health, settings) if settings.port else None
    try:
        trace(log, lambda: datetime.now(UTC), lambda: stopped.wait(settings.interval_s), health)
    finally:
        log.close()
        if server is not None:
            server.shutdown()


if __name__ == "__main__":
    main()
