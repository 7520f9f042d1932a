"""
Low and slow: a pair now and then, over months.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from simulator.clock import DAY_S, Actor
from simulator.customers import Customer
from simulator.shows import Show
from simulator.strategies.base import Options, Strategy
from simulator.strategies.moves import HUMAN, Count, Places, ResaleOptions, Share, browse, sell_on, shop


class LowAndSlowOptions(ResaleOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    accounts: how many there are (count), each with its own device, network and card. every_days: mean days between two
    purchases of one account. tickets: places in an order.
    """

    accounts: Count = 60
    every_days: Annotated[float, msgspec.Meta(gt=0)] = 12.0
    tickets: Places = 2
    listed_share: Share = 0.35
    handed_share: Share = 0.25
    markup: float = 1.35
    notice: Share = 0.3


class LowAndSlow(Strategy[LowAndSlowOptions]):
    """
    Buy two seats at any hour for whatever sells well, and sell them weeks later.

    Marks: none of any one purchase; only that an account resells what it buys, month after month.
    """

    name = "low_and_slow"
    takes: ClassVar[type[Options]] = LowAndSlowOptions

    def day(self, number: int) -> None:
        """
        Let those whose turn it is buy a pair today.
        """
        for account in self.crew.accounts(self.options.accounts, self.name):
            if self.open_shows and self.stage.draw() * self.options.every_days < 1:
                show = max(self._two_shows(), key=lambda show: show.plan.pull)
                self.stage.start(self._buy(show, account), self.stage.draw() * DAY_S)

    def _two_shows(self) -> list[Show]:
        return [self.open_shows[int(self.stage.draw() * len(self.open_shows))] for _ in range(2)]

    def _buy(self, show: Show, account: Customer) -> Actor:
        if not self.active:
            return
        visit = self.stage.visit(account, self.stage.pick(("web", "app")))
        yield from browse(self, visit, show, HUMAN)
        visit.sign_in()
        order = yield from shop(self, visit, show, self.options.tickets, HUMAN)
        if order is not None:
            sell_on(self, order, self.options, odds=0.8)
            self.noticed(account)
