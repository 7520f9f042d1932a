"""
What the run tells about itself: kept for one day, then handed on as rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from simulator.clock import DAY_S, SECOND_US, Clock, datetime_of
from simulator.customers import ORDINARY, Customer
from simulator.shows import Show
from simulator.truth.places import final_places
from simulator.truth.tables import Row

DAY_US = int(DAY_S) * SECOND_US


class Sink(Protocol):
    """
    Takes rows of the tables, see `tables`; days come in order.
    """

    def write(self, table: str, rows: Sequence[Row]) -> None:
        """
        Take some rows of a table.
        """

    def close(self) -> None:
        """
        Hear that there are no more.
        """


class Truth:
    """
    Hears what really happens. Without sinks it forgets everything at once and costs next to nothing.

    What is in memory is one day of customers and of the people turned away, whatever the length of the run.

    Args:
        sinks: where rows go.
        remember: keep who is what in `kinds`, which grows with the number of customers.

    Attributes:
        kinds: customer_id → class, of everybody who did something so far; whoever ever abused, be it a thief in a
            fan's account, is not ordinary. Stays empty unless asked for.
    """

    def __init__(self, *sinks: Sink, remember: bool = False) -> None:
        self.kinds: dict[str, str] = {}
        self._remember = remember
        self._sinks = sinks
        self._clock: Clock | None = None
        self._about: tuple[str, str, str, int, datetime] | None = None
        self._shows: dict[str, Show] = {}
        self._day_us = self._ends_us = 0
        self._acting: set[tuple[str, str]] = set()
        self._away: list[tuple[int, str, str, int, str]] = []
        self._served: set[tuple[str, str]] = set()

    def begin(self, clock: Clock) -> None:
        """
        Take times from this clock from now on.
        """
        self._clock = clock
        self._start_day(clock.now_us)

    def about(self, run: str, source: str, scenario: str, seed: int) -> None:
        """
        Note what run this is.
        """
        if self._clock is not None:
            self._about = (run, source, scenario, seed, self._clock.now)

    def acts(self, customer: Customer) -> None:
        """
        Note that this customer does something today, in the way of `customer.kind`.
        """
        if self._remember and (customer.kind != ORDINARY or customer.id not in self.kinds):
            self.kinds[customer.id] = customer.kind
        if self._sinks:
            self._now_us()
            self._acting.add((customer.id, customer.kind))

    def wanted(self, show_id: str, customer: Customer, quantity: int, reason: str) -> None:
        """
        Note that somebody wanted tickets and left without.

        Args:
            reason: a word, such as sold_out, too_dear, queue, failed_payment, gave_up, held_by_others.
        """
        if self._sinks:
            self._away.append((self._now_us(), show_id, customer.id, quantity, reason))

    def served(self, show_id: str, customer: Customer) -> None:
        """
        Note that somebody bought tickets after all.
        """
        if self._sinks:
            self._now_us()
            self._served.add((show_id, customer.id))

    def problem(
        self,
        problem_id: str,
        kind: str,
        event_id: str,
        start_us: int,
        end_us: int,
        *,
        section: str = "",
        region: str = "",
        device_kind: str = "",
        amount: float = 0.0,
        hits: int = 0,
    ) -> None:
        """
        Note what was wrong on purpose, from when to when (microseconds since 1970).
        """
        start, end = datetime_of(start_us), datetime_of(end_us)
        self._hand_on(
            "problems", [(problem_id, kind, event_id, section, region, device_kind, start, end, amount, hits)]
        )

    def fault(self, rows: Sequence[Row]) -> None:
        """
        Note faults of delivery, as rows of `delivery_faults`.
        """
        self._hand_on("delivery_faults", rows)

    def announced(self, show: Show) -> None:
        """
        Remember a show until it is over.
        """
        if self._sinks:
            self._shows[show.event_id] = show

    def opened(self, show: Show, presale: str) -> None:
        """
        Hear that a sale begins.
        """

    def closed(self, show: Show) -> None:
        """
        Hear that a show is no longer sold.
        """

    def day(self, number: int) -> None:
        """
        Hear that a day begins.
        """

    def over(self, show: Show) -> None:
        """
        Note how every place of a show ended. Its doors have closed, or the run ends.
        """
        if self._sinks:
            self._shows.pop(show.event_id, None)
            self._hand_on("final_places", list(final_places(show, datetime_of(self._now_us()))))

    def end(self, records: int) -> None:
        """
        Hand on what is left, and what the run was; no hold may run any more. Nothing may be told afterwards.

        Args:
            records: how many the run has told.
        """
        if not self._sinks:
            return
        for show in list(self._shows.values()):
            self.over(show)
        now_us = self._now_us()
        self._end_day()
        if self._about is not None:
            self._hand_on("run", [(*self._about, datetime_of(now_us), records)])
        for sink in self._sinks:
            sink.close()
        self._sinks = ()

    def _now_us(self) -> int:
        if self._clock is None:
            raise RuntimeError("Truth.begin was not called")
        now_us = self._clock.now_us
        if now_us >= self._ends_us:
            self._end_day()
            self._start_day(now_us)
        return now_us

    def _start_day(self, now_us: int) -> None:
        self._day_us = now_us // DAY_US * DAY_US
        self._ends_us = self._day_us + DAY_US

    def _end_day(self) -> None:
        day = datetime_of(self._day_us).date()
        self._hand_on("customers_by_day", [(day, *acting) for acting in sorted(self._acting)])
        self._hand_on("turned_away", [(datetime_of(at_us), *rest) for at_us, *rest in self._away])
        self._hand_on("unmet_demand", list(_unmet(day, self._away, self._served)))
        self._acting, self._away, self._served = set(), [], set()

    def _hand_on(self, table: str, rows: Sequence[Row]) -> None:
        if rows:
            for sink in self._sinks:
                sink.write(table, rows)


def _unmet(day: date, away: Iterable[tuple[int, str, str, int, str]], served: set[tuple[str, str]]) -> Iterator[Row]:
    """
    Yield a day's rows of `unmet_demand`: each customer counts once for an event, for what they said last.
    """
    wishes: dict[tuple[str, str], tuple[int, str]] = {}
    for _, event_id, customer_id, tickets, reason in away:
        if (event_id, customer_id) not in served:
            most, _ = wishes.get((event_id, customer_id), (0, ""))
            wishes[event_id, customer_id] = (max(most, tickets), reason)
    customers: Counter[tuple[str, str]] = Counter()
    wanted: Counter[tuple[str, str]] = Counter()
    for (event_id, _), (tickets, reason) in wishes.items():
        customers[event_id, reason] += 1
        wanted[event_id, reason] += tickets
    for event_id, reason in sorted(customers):
        yield day, event_id, reason, customers[event_id, reason], wanted[event_id, reason]
