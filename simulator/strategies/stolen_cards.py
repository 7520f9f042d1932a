"""
Stolen cards: good seats for somebody else's money, until the owners notice.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated, ClassVar

import msgspec

from simulator.actors.fans import channel_of
from simulator.clock import DAY_S, Actor
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
    choose,
    party,
    pick_show,
    sell_on,
)
from simulator.tickets import Hold, Order
from simulator.visit import Visit

LIFE_DAYS = 5
ACCOUNTS_A_DAY = 997  # a prime, so that the days do not share devices


class StolenCardsOptions(ResaleOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    accounts_per_day: new accounts (mean count); each lives a few days. purchases: most of one account.
    devices, networks: how many the crew has (count). declined_share: cards that no longer work. tries: cards tried for
    one order (most). tickets: most places in an order.
    """

    accounts_per_day: Annotated[float, msgspec.Meta(ge=0, le=ACCOUNTS_A_DAY)] = 2.0
    purchases: Count = 2
    devices: Count = 400
    networks: Count = 600
    declined_share: Share = 0.25
    tries: Count = 3
    tickets: Places = 4
    listed_share: Share = 0.4
    handed_share: Share = 0.3
    markup: float = 1.1


class StolenCards(Strategy[StolenCardsOptions]):
    """
    Open an account, try cards until one works, turn the tickets into money quickly, move on.

    Marks: declined payments, several cards for one account, young accounts; chargebacks days to weeks later.
    """

    name = "stolen_cards"
    takes: ClassVar[type[Options]] = StolenCardsOptions
    suspicion = "stolen_payment"

    def day(self, number: int) -> None:
        """
        Begin with the accounts of this day.
        """
        whole = int(self.options.accounts_per_day)
        more = self.stage.draw() < self.options.accounts_per_day - whole
        for place in range(whole + more):
            self.stage.start(self._live(number * ACCOUNTS_A_DAY + place), self.stage.draw() * DAY_S)

    def _live(self, number: int) -> Actor:
        for purchase in range(party(self, self.options.purchases)):
            show = pick_show(self, self.options.tickets)
            if not self.active or show is None:
                return
            yield from self._buy(show, number, purchase)
            yield self.stage.draw() * LIFE_DAYS / self.options.purchases * DAY_S

    def _buy(self, show: Show, number: int, purchase: int) -> Actor:
        thief = self._thief(number, f"{purchase}/0")
        visit = self.stage.visit(thief, channel_of(self.stage, thief))
        yield from browse(self, visit, show, HUMAN)
        hold = yield from choose(self, visit, show, party(self, self.options.tickets, 2), HUMAN, reach=0.6)
        if hold is None:
            return
        order = yield from self._try_cards(visit, hold, number, purchase)
        if order is not None:
            self.stage.labels.stole(order)
            sell_on(self, order, self.options, odds=0.9)
            self.noticed(order.customer)

    def _try_cards(self, visit: Visit, hold: Hold, number: int, purchase: int) -> Generator[float, None, Order | None]:
        for card in range(self.options.tries):
            visit.customer = hold.customer = self._thief(number, f"{purchase}/{card}")
            visit.start_checkout(hold)
            yield self.stage.pause(25, longest_s=100)
            if self.stage.draw() >= self.options.declined_share:
                self.stage.meet(visit.customer)
                return self.stage.office.order(hold)
            visit.decline_payment(hold, self.stage.random)
        visit.fail_checkout(hold, "payment_declined")
        self.stage.office.end(hold, "released")
        return None

    def _thief(self, number: int, card: str) -> Customer:
        chosen = self.options
        return self.crew.account(
            number,
            self.name,
            device=number % chosen.devices,
            network=number % chosen.networks,
            payment=f"{number}/{card}",
            age_days=number % 5 - number // ACCOUNTS_A_DAY,  # made a few days before they are used
        )
