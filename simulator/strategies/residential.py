"""
Residential networks: each account at home, on its own device, at the pace of people.
"""

from __future__ import annotations

from typing import ClassVar

from simulator.actors.fans import channel_of
from simulator.clock import HOUR_S, Actor
from simulator.customers import Customer
from simulator.shows import Show
from simulator.strategies.base import Options, Strategy
from simulator.strategies.moves import (
    HUMAN,
    Count,
    Places,
    ResaleOptions,
    Seconds,
    Share,
    browse,
    line_up,
    party,
    sell_on,
    shop,
)


class ResidentialOptions(ResaleOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    accounts: how many there are (count), each with its own device and card, on the network
        of some fan's home. share, least_pull, tickets: as of
    bulk bots. within_s: they come within so many seconds of the opening, the sooner the likelier.
    """

    accounts: Count = 80
    least_pull: Share = 0.4
    share: Share = 0.08
    within_s: Seconds = 4 * HOUR_S
    tickets: Places = 4
    listed_share: Share = 0.08
    handed_share: Share = 0.35
    markup: float = 1.5
    notice: Share = 1.0


class Residential(Strategy[ResidentialOptions]):
    """
    Buy like a fan, with rented homes between oneself and the shop; sell most of it elsewhere.

    Marks: a home network shared with a fan, nothing else; only more shows than a fan would go to, and tickets that change hands.
    """

    name = "residential"
    takes: ClassVar[type[Options]] = ResidentialOptions

    def opened(self, show: Show, presale: str) -> None:
        """
        Come with the others.
        """
        if presale or show.plan.pull < self.options.least_pull:
            return
        for number in range(self.options.accounts):
            if self.stage.draw() < self.options.share:
                account = self.crew.account(number, self.name, device=number, network=None, payment=number)
                after_s = self.options.within_s * self.stage.draw() ** 2
                self.stage.start(self._buy(show, account), after_s)

    def _buy(self, show: Show, account: Customer) -> Actor:
        if not self.active:
            return
        visit = self.stage.visit(account, channel_of(self.stage, account))
        yield from browse(self, visit, show, HUMAN)
        if not (yield from line_up(self, visit, show)):
            return
        order = yield from shop(self, visit, show, party(self, self.options.tickets), HUMAN)
        if order is not None:
            sell_on(self, order, self.options)
            self.noticed(account)
