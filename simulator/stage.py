"""
What an actor can reach: the clock, the box office, the journal, the dice and the people.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Protocol

from inventory_stream.records import Record
from simulator.box_office import BoxOffice
from simulator.clock import DAY_US, Actor, Clock
from simulator.customers import Customer, Population
from simulator.journal import Journal
from simulator.labels import LabelPlan, Labels
from simulator.plans import DemandPlan, SupplyPlan
from simulator.problems import Problems
from simulator.shows import Show
from simulator.truth import Truth
from simulator.visit import Visit

SIGNED_IN = {"app": 0.7, "web": 0.25}
"""How many are still signed in from last time when they come, by channel (share); others sign in when they must."""


class ShowListener(Protocol):
    """
    Is told what the promoters do, as it happens.
    """

    def announced(self, show: Show) -> None:
        """
        Hear that a show is announced; it is not on sale yet.
        """
        ...

    def opened(self, show: Show, presale: str) -> None:
        """
        Hear that a show is on sale, for those of a presale (its name) or for all (empty).
        """
        ...

    def closed(self, show: Show) -> None:
        """
        Hear that a show is no longer sold.
        """
        ...

    def day(self, number: int) -> None:
        """
        Hear that a day of the world begins, 0 being the first.
        """
        ...


class Stage:
    """
    One run's shared surroundings.

    `shows` are those that are announced and not over, by event_id; `tours` has the dates of each tour among them.
    `supply` and `demand` are what the scenario says. `listeners` hear of shows. `truth` hears who is what and who went without; nothing of it goes into the stream.
    `problems` says what goes wrong for whom. `labels` hears of deeds and tells late what is found out about them.
    """

    __slots__ = (
        "_run",
        "_sessions",
        "_start_us",
        "clock",
        "demand",
        "draw",
        "journal",
        "labels",
        "listeners",
        "office",
        "population",
        "problems",
        "random",
        "shows",
        "supply",
        "tours",
        "truth",
    )

    def __init__(
        self, run: str, clock: Clock, journal: Journal, population: Population, random: Random, truth: Truth
    ) -> None:
        self.clock = clock
        self.journal = journal
        self.office = BoxOffice(clock, journal, run, truth)
        self.population = population
        self.supply = SupplyPlan()
        self.demand = DemandPlan()
        self.shows: dict[str, Show] = {}
        self.tours: dict[str, list[Show]] = {}
        self.random = random
        self.draw = random.random
        self.listeners: list[ShowListener] = []
        self.truth = truth
        truth.begin(clock)
        self.problems = Problems(self)
        self.labels = Labels(self, LabelPlan())
        self._run = run
        self._sessions = 0
        self._start_us = clock.now_us

    def start(self, actor: Actor, after_s: float = 0.0) -> None:
        """
        Let an actor begin in `after_s` seconds.
        """
        self.clock.start(actor, after_s)

    def add(self, show: Show) -> Show:
        """
        Note that a show is announced.
        """
        self.shows[show.event_id] = show
        self.tours.setdefault(show.plan.tour_id, []).append(show)
        return show

    def end(self, show: Show) -> None:
        """
        Note that a show is over: its truth is told and its state goes.
        """
        show.over = True
        self.truth.over(show)
        show.orders.clear()
        self.shows.pop(show.event_id, None)
        dates = self.tours.get(show.plan.tour_id, [])
        if show in dates:
            dates.remove(show)
        if not dates:
            self.tours.pop(show.plan.tour_id, None)

    def another_date(self, show: Show, party: int) -> Show | None:
        """
        Return the nearest other date of the tour that all may buy and that has places for so many.
        """
        dates = [
            date
            for date in self.tours.get(show.plan.tour_id, ())
            if date is not show and date.on_sale and not date.presale and date.free() >= party
        ]
        return min(dates, key=lambda date: abs(date.starts_us - show.starts_us), default=None)

    def tell(self, record: Record) -> None:
        """
        Note that this happened now.
        """
        self.journal.tell(record)

    def pause(self, mean_s: float, longest_s: float = 120.0) -> float:
        """
        Return how long somebody thinks: mostly short, seldom long, never longer than `longest_s`.
        """
        return min(self.random.expovariate(1.0 / mean_s), longest_s)

    def pick(self, choices: Sequence[str]) -> str:
        """
        Return one of the choices, each as likely as the others.
        """
        return choices[int(self.draw() * len(choices))]

    def meet(self, customer: Customer) -> Customer:
        """
        Note who acts.
        """
        self.truth.acts(customer)
        return customer

    def visit(self, customer: Customer, channel: str) -> Visit:
        """
        Open a session for the customer, who may still be signed in from last time.
        """
        self._sessions += 1
        age_days = max(0, customer.account_age_days + (self.clock.now_us - self._start_us) // DAY_US)
        visit = Visit(self.journal, f"{self._run}-s{self._sessions}", self.meet(customer), channel, age_days)
        # By the golden ratio, which spreads evenly, and not by the dice: who is signed in changes nothing else.
        if self._sessions * 0.618034 % 1.0 < SIGNED_IN.get(channel, 0.0):
            visit.sign_in()
        return visit
