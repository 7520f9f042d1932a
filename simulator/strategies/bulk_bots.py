"""
Bulk bots: many accounts on few devices, all at once, faster than people.
"""

from __future__ import annotations

from typing import ClassVar

from simulator.clock import Actor
from simulator.customers import Customer
from simulator.shows import Show
from simulator.strategies.base import Options, Strategy
from simulator.strategies.moves import (
    SCRIPT,
    Count,
    Places,
    ResaleOptions,
    Seconds,
    Share,
    browse,
    party,
    sell_on,
    shop,
)


class BulkBotsOptions(ResaleOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    accounts, devices, networks, payments: how many there are (count). least_pull: shows they care for (0 … 1).
    share: accounts that take part in a sale. within_s: all begin within so many seconds of its opening.
    tickets: most places in an order. tries: most purchases of an account in a sale.
    """

    accounts: Count = 60
    devices: Count = 36
    networks: Count = 40
    payments: Count = 40
    least_pull: Share = 0.4
    share: Share = 0.2
    within_s: Seconds = 5.0
    tickets: Places = 6
    tries: Count = 2
    listed_share: Share = 0.45
    handed_share: Share = 0.25


class BulkBots(Strategy[BulkBotsOptions]):
    """
    Buy as much as each account may in the first seconds, and sell most of it on.

    Marks: devices, networks and cards shared by accounts; large orders; listings; seconds between steps; never in
    the line that people wait in.
    """

    name = "bulk_bots"
    takes: ClassVar[type[Options]] = BulkBotsOptions

    def opened(self, show: Show, presale: str) -> None:
        """
        Raid a sale that just opened.
        """
        chosen = self.options
        if presale or show.plan.pull < chosen.least_pull:
            return
        for bot in self.crew.accounts(
            chosen.accounts, self.name, devices=chosen.devices, networks=chosen.networks, payments=chosen.payments
        ):
            if self.stage.draw() < chosen.share:
                self.stage.start(self._raid(show, bot), self.stage.draw() * chosen.within_s)

    def _raid(self, show: Show, bot: Customer) -> Actor:
        visit = self.stage.visit(bot, "web")
        visit.sign_in()
        yield from browse(self, visit, show, SCRIPT)
        for _ in range(party(self, self.options.tries)):
            if not self.active:
                return
            order = yield from shop(self, visit, show, party(self, self.options.tickets, 2), SCRIPT, reach=0.5)
            if order is not None:
                sell_on(self, order, self.options)
        self.noticed(bot)
