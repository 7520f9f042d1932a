"""
What goes wrong for fans. Nothing does, here.
"""

from __future__ import annotations

from simulator.shows import Show
from simulator.visit import Visit


class Problems:
    """
    Asked by fans at the step where it would hurt.
    """

    def payment_error(self, visit: Visit, show: Show) -> str:
        """
        Return why a payment fails now, or nothing.
        """
        return ""

    def chart_fails(self, visit: Visit, show: Show) -> bool:
        """
        Return whether the seat map does not load.
        """
        return False

    def queue_stall_s(self, visit: Visit, show: Show) -> float:
        """
        Return how many seconds longer the queue takes.
        """
        return 0.0
