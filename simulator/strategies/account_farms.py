"""
Account farms: accounts grown old and kept warm, that look like people until tickets are scarce.
"""

from __future__ import annotations

from typing import ClassVar

from simulator.clock import DAY_S, HOUR_S, Actor
from simulator.customers import Customer
from simulator.shows import Show
from simulator.strategies.base import Options, Strategy
from simulator.strategies.moves import (
    HUMAN,
    Count,
    Places,
    ResaleOptions,
    Share,
    browse,
    line_up,
    own_channel,
    party,
    sell_on,
    shop,
)


class AccountFarmsOptions(ResaleOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    accounts, devices, networks: how many there are (count); every account has its own card. least_age_days: age of the
    youngest account. warmth: how likely an account looks around on a day. share, least_pull, tickets: as of bulk bots.
    """

    accounts: Count = 80
    devices: Count = 40
    networks: Count = 48
    least_age_days: Count = 400
    warmth: Share = 0.05
    least_pull: Share = 0.4
    share: Share = 0.15
    tickets: Places = 4
    listed_share: Share = 0.2
    handed_share: Share = 0.5
    markup: float = 1.8


class AccountFarms(Strategy[AccountFarmsOptions]):
    """
    Keep aged accounts warm, buy with them in the first hour, hand the tickets over to buyers from elsewhere.

    Marks: a few accounts on each phone; transfers to many people; visits without purchases between sales.
    """

    name = "account_farms"
    takes: ClassVar[type[Options]] = AccountFarmsOptions

    def day(self, number: int) -> None:
        """
        Let some accounts look around.
        """
        for account in self._accounts():
            if self.open_shows and self.stage.draw() < self.options.warmth:
                show = self.open_shows[int(self.stage.draw() * len(self.open_shows))]
                self.stage.start(self._stay_warm(show, account), self.stage.draw() * DAY_S)

    def opened(self, show: Show, presale: str) -> None:
        """
        Buy in the first hour.
        """
        if presale or show.plan.pull < self.options.least_pull:
            return
        for account in self._accounts():
            if self.stage.draw() < self.options.share:
                self.stage.start(self._harvest(show, account), self.stage.draw() * HOUR_S)

    def _accounts(self) -> list[Customer]:
        chosen = self.options
        return [
            self.crew.account(
                number,
                self.name,
                device=number % chosen.devices,
                network=number % chosen.networks,
                payment=number,
                age_days=chosen.least_age_days + number * 37 % 1_500,
            )
            for number in range(chosen.accounts)
        ]

    def _stay_warm(self, show: Show, account: Customer) -> Actor:
        if self.active:
            visit = self.stage.visit(account, own_channel(account))
            visit.sign_in()
            yield from browse(self, visit, show, HUMAN)

    def _harvest(self, show: Show, account: Customer) -> Actor:
        if not self.active:
            return
        visit = self.stage.visit(account, own_channel(account))
        yield from browse(self, visit, show, HUMAN)
        if not (yield from line_up(self, visit, show)):
            return
        order = yield from shop(self, visit, show, party(self, self.options.tickets, 2), HUMAN)
        if order is not None:
            sell_on(self, order, self.options)
            self.noticed(account)
