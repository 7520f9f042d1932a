"""
What is true of a run and must not be in its stream: who is what, and who went without.
"""

from __future__ import annotations

from simulator.customers import Customer


class Truth:
    """
    Hears what really happens. `kinds` maps customer_id → kind of everybody who did something.
    """

    def __init__(self) -> None:
        self.kinds: dict[str, str] = {}

    def acts(self, customer: Customer) -> None:
        """
        Note that this customer does something today.
        """
        self.kinds[customer.id] = customer.kind

    def wanted(self, show_id: str, customer: Customer, quantity: int, reason: str) -> None:
        """
        Note that somebody wanted tickets and got none.
        """

    def problem(self, problem_id: str, kind: str, event_id: str, start_us: int, end_us: int, **where: str) -> None:
        """
        Note what was wrong on purpose, from when to when.
        """

    def places(self, event_id: str, section: str, **counts: int) -> None:
        """
        Note how the places of a section ended.
        """
