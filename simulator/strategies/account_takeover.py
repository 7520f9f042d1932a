"""
Account takeover: a fan's account, suddenly used by somebody else.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from simulator.clock import DAY_S, Actor
from simulator.customers import Customer
from simulator.strategies.base import Options, Strategy
from simulator.strategies.moves import HUMAN, Count, Places, Share, browse, hand_over, party, pick_show, shop


class AccountTakeoverOptions(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    victims_per_day: accounts taken over (mean count). devices, networks: how many the crew has (count).
    tickets: most places in an order. orders: most orders before the owner notices. mules: accounts that take the
    tickets (count). disputed_share: victims who tell their bank.
    """

    victims_per_day: Annotated[float, msgspec.Meta(ge=0, le=10_000)] = 1.5
    devices: Count = 60
    networks: Count = 200
    tickets: Places = 4
    orders: Count = 2
    mules: Count = 30
    disputed_share: Share = 0.6
    notice: Share = 0.8


class AccountTakeover(Strategy[AccountTakeoverOptions]):
    """
    Sign in as a fan from elsewhere, buy with the card on file, pass the tickets on at once.

    Marks: a device and a network that the account never had; good seats; a transfer within hours. Everything else about
    the account, its past and its card, is the fan's, who comes back as if nothing had been.
    """

    name = "account_takeover"
    takes: ClassVar[type[Options]] = AccountTakeoverOptions
    suspicion = "stolen_account"

    def day(self, number: int) -> None:
        """
        Take over the accounts of this day.
        """
        whole = int(self.options.victims_per_day)
        more = self.stage.draw() < self.options.victims_per_day - whole
        for _ in range(whole + more):
            self.stage.start(self._use(self._victim()), self.stage.draw() * DAY_S)

    def _victim(self) -> Customer:
        fan = self.stage.population.pick(self.stage.random)
        device = int(self.stage.draw() * self.options.devices)
        network = int(self.stage.draw() * self.options.networks)
        return fan._replace(
            kind=self.name,
            device_hash=self.crew.hash("device", device),
            device_kind="desktop",
            network_hash=self.crew.hash("network", network),
        )

    def _use(self, victim: Customer) -> Actor:
        if not self.active:
            return
        visit = self.stage.visit(victim, "web")
        for _ in range(party(self, self.options.orders)):
            show = pick_show(self, self.options.tickets)
            if show is None:
                return
            yield from browse(self, visit, show, HUMAN)
            order = yield from shop(self, visit, show, party(self, self.options.tickets, 2), HUMAN, reach=0.4)
            if order is not None:
                if self.stage.draw() < self.options.disputed_share:
                    self.stage.labels.stole(order)
                mule = int(self.stage.draw() * self.options.mules)
                self.stage.start(hand_over(self, order, self._mule(mule)))
                self.noticed(victim)

    def _mule(self, number: int) -> Customer:
        return self.crew.account(number, self.name, device=f"mule{number}", network=f"mule{number}", payment=number)
