"""
An outlet of spans that keeps them.
"""

from dataclasses import dataclass, field

from inventory_stream.telemetry import Span


@dataclass
class FakeOutlet:
    """Keeps spans; the test says how many are gone."""

    taken: int = 0
    failed: int = 0
    put_in: list[Span] = field(default_factory=list)
    closed: bool = False

    def put(self, span: Span) -> None:
        """Keep one."""
        self.put_in.append(span)

    def close(self) -> None:
        """Note it."""
        self.closed = True
