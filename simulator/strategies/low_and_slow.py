"""
Low and slow: a pair now and then, over months.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from simulator.actors.fans import channel_of
from simulator.clock import DAY_S, Actor
from simulator.customers import Customer
from simulator.strategies.base import Options, Strategy
from simulator.strategies.moves import HUMAN, Count, Places, ResaleOptions, Share, browse, pick_show, sell_on, shop


class LowAndSlowOptions(ResaleOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    accounts: how many there are (count), each with its own device, network and card. every_days: mean days between two
    purchases of one account. tickets: places in an order.
    """

    accounts: Count = 80
    every_days: Annotated[float, msgspec.Meta(gt=0)] = 10.0
    tickets: Places = 2
    listed_share: Share = 0.2
    handed_share: Share = 0.2
    markup: float = 1.35
    notice: Share = 1.0


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
            if self.stage.draw() * self.options.every_days < 1:
                self.stage.start(self._buy(account), self.stage.draw() * DAY_S)

    def _buy(self, account: Customer) -> Actor:
        show = pick_show(self, self.options.tickets)
        if not self.active or show is None:
            return
        visit = self.stage.visit(account, channel_of(self.stage, account))
        yield from browse(self, visit, show, HUMAN)
        order = yield from shop(self, visit, show, self.options.tickets, HUMAN)
        if order is not None:
            sell_on(self, order, self.options, odds=0.8)
            self.noticed(account)
