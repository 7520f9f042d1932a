"""
What a service needs of a projection's reader, so that a test can give it another.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from inventory_stream.log.base import Partition


class Reader(Protocol):
    """
    Follows one projection: which version is live, how far it is, and what changed.
    """

    @property
    def projection(self) -> str:
        """The projection's name."""
        ...

    @property
    def positions(self) -> dict[Partition, int]:
        """How far the followed changes are: the next record to apply, by partition. Replaced, never changed."""
        ...

    @property
    def trusted(self) -> bool:
        """Whether no change can have been missed."""
        ...

    @property
    def ready(self) -> bool:
        """Whether the projection has caught up once since the start."""
        ...

    async def start(self) -> None:
        """Connect and follow."""
        ...

    async def stop(self) -> None:
        """Let go of all connections."""
        ...

    async def wait_for(self, positions: Mapping[Partition, int], timeout_s: float) -> None:
        """Return when the positions are reached."""
        ...

    async def status(self) -> Any:
        """Return the row of `/status` about this projection, a msgspec Struct."""
        ...
