"""
Insider codes: presales opened to people who should not have the code.
"""

from __future__ import annotations

from typing import ClassVar

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


class InsiderCodesOptions(ResaleOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    accounts, networks: how many there are (count); devices and cards are their own. share: accounts that use a leaked
    code. leaked_share: presales whose code leaks. within_s: they come within so many seconds of the presale's opening.
    tickets: most places in an order.
    """

    accounts: Count = 40
    networks: Count = 15
    share: Share = 0.4
    leaked_share: Share = 0.7
    within_s: Seconds = HOUR_S
    tickets: Places = 4
    listed_share: Share = 0.55
    handed_share: Share = 0.25
    markup: float = 1.9


class InsiderCodes(Strategy[InsiderCodesOptions]):
    """
    Use codes meant for members to take the best places before the public sale, and sell them when it is sold out.

    Marks: purchases in presales alone, the best places each time, dear listings after the general sale.
    """

    name = "insider_codes"
    takes: ClassVar[type[Options]] = InsiderCodesOptions

    def opened(self, show: Show, presale: str) -> None:
        """
        Use the code, if it leaked.
        """
        chosen = self.options
        if not presale or self.stage.draw() >= chosen.leaked_share:
            return
        for account in self.crew.accounts(chosen.accounts, self.name, networks=chosen.networks):
            if self.stage.draw() < chosen.share:
                self.stage.start(self._buy(show, account), self.stage.draw() * chosen.within_s)

    def _buy(self, show: Show, account: Customer) -> Actor:
        if not self.active:
            return
        visit = self.stage.visit(account, "web")
        yield from browse(self, visit, show, HUMAN)
        if not (yield from line_up(self, visit, show)):
            return
        order = yield from shop(self, visit, show, party(self, self.options.tickets, 2), HUMAN, reach=0.25)
        if order is not None:
            sell_on(self, order, self.options)
            self.noticed(account)
