"""
Hold and release: places set aside over and over, so that nobody else can buy them.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import ClassVar

from simulator.actors.checkout import forget
from simulator.clock import HOUR_S, Actor
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
    choose,
    own_channel,
    party,
    pay,
    sell_on,
)
from simulator.visit import Visit


class HoldAndReleaseOptions(ResaleOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    accounts, devices, networks: how many there are (count). least_pull: shows they care for (0 … 1). share: accounts
    that take part in a sale. within_s: they begin within so many seconds of its opening. cycles: most holds of one
    account in a sale. expired_share: holds left to run out. bought_share: holds that are paid in the end.
    tickets: most places in a hold.
    """

    accounts: Count = 40
    devices: Count = 24
    networks: Count = 28
    least_pull: Share = 0.4
    share: Share = 0.25
    within_s: Seconds = HOUR_S
    cycles: Count = 5
    expired_share: Share = 0.5
    bought_share: Share = 0.2
    tickets: Places = 6
    listed_share: Share = 0.5
    handed_share: Share = 0.1


class HoldAndRelease(Strategy[HoldAndReleaseOptions]):
    """
    Hold, let it run out or go, hold again; buy little, and that to resell while the rest looks sold out.

    Marks: many holds, most of which come to nothing; the same places again within seconds.
    """

    name = "hold_and_release"
    takes: ClassVar[type[Options]] = HoldAndReleaseOptions
    suspicion = "blocking"

    def opened(self, show: Show, presale: str) -> None:
        """
        Begin to hold.
        """
        chosen = self.options
        if presale or show.plan.pull < chosen.least_pull:
            return
        for account in self.crew.accounts(chosen.accounts, self.name, devices=chosen.devices, networks=chosen.networks):
            if self.stage.draw() < chosen.share:
                self.stage.start(self._block(show, account), self.stage.draw() * chosen.within_s)

    def _block(self, show: Show, account: Customer) -> Actor:
        visit = self.stage.visit(account, own_channel(account))
        visit.sign_in()
        visit.view(show)
        for _ in range(1 + int(self.stage.draw() * self.options.cycles)):
            if not self.active or not show.on_sale:
                break
            yield from self._hold_once(visit, show)
            yield 0.5 + self.stage.pause(60, longest_s=600)
        self.noticed(account)

    def _hold_once(self, visit: Visit, show: Show) -> Generator[float, None, None]:
        stage = self.stage
        hold = yield from choose(self, visit, show, party(self, self.options.tickets, 2), SCRIPT, reach=0.5)
        if hold is None:
            return
        fate = stage.draw()
        if fate < self.options.bought_share:
            order = yield from pay(self, visit, hold, SCRIPT)
            if order is not None:
                sell_on(self, order, self.options)
        elif fate < self.options.bought_share + self.options.expired_share:
            yield from forget(stage, hold)
        else:
            yield stage.pause(120, longest_s=500)
            stage.office.end(hold, "released")
