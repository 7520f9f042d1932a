"""
What all requests of a service share: its readers, its metrics, and whether it is on its way out.
"""

from collections.abc import Callable, Sequence

from inventory_stream.log.base import Partition
from inventory_stream.telemetry import Traces
from inventory_stream.web.logs import AccessLog
from inventory_stream.web.metrics import ServiceMetrics
from inventory_stream.web.positions import format_positions
from inventory_stream.web.readers import Reader


class ServiceState:
    """
    State of one running service.
    """

    def __init__(
        self, name: str, version: str, readers: Sequence[Reader], metrics: ServiceMetrics, access_log: AccessLog | None
    ) -> None:
        """
        Args:
            name: of the service.
            version: of its package.
            readers: of the projections it answers from.
            access_log: where answered requests are written, if anywhere.
        """
        self.name = name
        self.version = version
        self.readers = tuple(readers)
        self.metrics = metrics
        self.access_log = access_log
        self.traces: Traces | None = None  # where spans of requests go, if anywhere
        self.draining = False
        self._seen: list[dict[Partition, int]] = [{} for _ in readers]
        self.on_leave: list[Callable[[], None]] = []  # called when it stops: ends streams that have no end
        self._header = b""

    def position_header(self) -> bytes:
        """
        Return the positions that any answer begun now reflects at least.
        """
        for reader, seen in zip(self.readers, self._seen, strict=True):
            if reader.positions is not seen:  # readers put a new dict in place of the old
                break
        else:
            return self._header
        self._seen = [reader.positions for reader in self.readers]
        self._header = format_positions(self._lowest()).encode()
        return self._header

    def _lowest(self) -> dict[Partition, int]:
        lowest: dict[Partition, int] = {}
        for positions in self._seen:
            for partition, offset in positions.items():
                lowest[partition] = min(offset, lowest.get(partition, offset))
        return lowest

    def unready(self) -> list[str]:
        """
        Return why requests should go elsewhere; empty when ready.
        """
        reasons = [
            f"projection {reader.projection} has not caught up yet" for reader in self.readers if not reader.ready
        ]
        return ["the service is going down", *reasons] if self.draining else reasons

    def health(self) -> str:
        """
        Return one word: `ok`, `starting`, `degraded` (a change feed is lost, answers come without cache) or `draining`.
        """
        if self.draining:
            return "draining"
        if not all(reader.ready for reader in self.readers):
            return "starting"
        return "ok" if all(reader.trusted for reader in self.readers) else "degraded"
