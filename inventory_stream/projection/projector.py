"""
The projector: works in sessions, and decides after each trouble whether and when the next one begins.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from time import monotonic

import psycopg

from inventory_stream.log import Log, MemberReplaced
from inventory_stream.projection.definition import Projection
from inventory_stream.projection.errors import RETRYABLE, OwnershipLost
from inventory_stream.projection.metrics import ProjectorMetrics
from inventory_stream.projection.session import ProjectorOptions, Session
from inventory_stream.projection.tracing import BatchTraces
from inventory_stream.projection.versions import ensure_live

_REPLACED_S = 60.0  # until a member that was replaced once may have been taken for replaced again


class Projector:
    """
    Drives one projection for a share of its partitions, until told to stop.
    """

    def __init__(
        self,
        factory: Callable[[], Projection],
        log: Log,
        database_url: str,
        *,
        member: str = "",
        options: ProjectorOptions | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Args:
            factory: makes an empty instance of the projection.
            member: a name that outlives restarts of this process (see `Log.subscribe`).
            now: the clock, used for telemetry and dead letters only.
        """
        self._factory = factory
        self._log = log
        self._database_url = database_url
        self._member = member
        self._options = options or ProjectorOptions()
        self._now = now
        self._stopping = Event()
        self.name = factory().name
        self.metrics = ProjectorMetrics(self.name)
        self.traces: BatchTraces | None = None  # where spans of traced records go, if anywhere
        self.trouble = "starting"
        self.session: Session | None = None
        self._replaced_until = 0.0

    @property
    def ready(self) -> bool:
        """
        Whether it works and has caught up with the end of the log once since it started working.
        """
        return not self.trouble and self.session is not None and self.session.caught_up

    def stop(self) -> None:
        """
        Ask `run` to finish what it has begun and return. Safe from signal handlers and other threads.
        """
        self._stopping.set()

    def run(self) -> None:
        """
        Work until stopped. What can be retried is retried with growing pauses; anything else is raised.
        """
        failures = 0
        while not self._stopping.is_set():
            try:
                self._work()
                failures = 0
            except OwnershipLost as error:
                self._note(error, "ownership")
            except MemberReplaced as error:
                self._come_back(error)
            except RETRYABLE as error:
                worked = self.session is not None and self.session.committed
                failures = 1 if worked else failures + 1
                self._note(error, "retry")
                self._pause(failures)
            finally:
                self.session = None

    def _work(self) -> None:
        with psycopg.connect(self._database_url, connect_timeout=5, autocommit=True) as connection:
            live = ensure_live(connection, self._factory())
        self.session = Session(
            self._factory, self._log, self._database_url, live, self._options, self.metrics, self._now, self.traces
        )
        try:
            self.session.open(self._member)
            self.trouble = ""
            while not self._stopping.is_set():
                self.session.step()
            self.session.settle()
        finally:
            self.session.close()

    def _come_back(self, error: MemberReplaced) -> None:
        """
        Begin anew under our name, once: a broker that was away may take a member's last life for another member. Who is
        replaced again soon has really been.
        """
        if monotonic() < self._replaced_until:
            raise error
        self._replaced_until = monotonic() + _REPLACED_S
        self._note(error, "replaced")
        self._pause(1)

    def _note(self, error: Exception, cause: str) -> None:
        self.trouble = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else cause}"
        self.metrics.count("seatstream.projector.restarts", 1, cause=cause)

    def _pause(self, failures: int) -> None:
        longest = min(self._options.max_backoff_s, self._options.backoff_s * 2**failures)
        self._stopping.wait(random.uniform(0.5, 1) * longest)  # noqa: S311 - jitter, not a secret
