"""
Rebuilds of `takings` from a log in memory, and the projector beside them.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from time import monotonic
from typing import Any

import psycopg
from takings import Takings

from inventory_stream.log import Log
from inventory_stream.projection import versions
from inventory_stream.projection.projector import Projector
from inventory_stream.projection.rebuild import RebuildOptions
from inventory_stream.projection.session import ProjectorOptions

PATIENCE_S = 20.0
SMALL = RebuildOptions(batch_size=50)


@contextmanager
def projecting(log: Log, database_url: str, factory: type[Takings] = Takings) -> Iterator[Projector]:
    """
    A projector at work in a thread.
    """
    options = ProjectorOptions(live_batch=40, max_batch=40, ends_every_s=0.01, backoff_s=0.01)
    projector = Projector(factory, log, database_url, options=options)
    thread = Thread(target=projector.run)
    thread.start()
    try:
        yield projector
    finally:
        projector.stop()
        thread.join(PATIENCE_S)


def catch_up(log: Log, connection: psycopg.Connection[Any]) -> versions.LiveVersion:
    """
    Wait until the live version has applied everything, and return it.
    """
    deadline = monotonic() + PATIENCE_S
    while True:
        assert monotonic() < deadline, "waited in vain"
        with suppress(psycopg.errors.UndefinedTable):  # switched and dropped between the two looks
            live = versions.live_version(connection, "takings")
            if live and versions.offsets(connection, live.schema) == log.end_positions(["inventory"]):
                return live


def project(log: Log, database_url: str, connection: psycopg.Connection[Any]) -> versions.LiveVersion:
    """
    Project everything that is there now.
    """
    with projecting(log, database_url):
        return catch_up(log, connection)
