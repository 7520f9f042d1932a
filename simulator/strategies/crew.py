"""
The people behind a strategy: accounts, and the devices, networks and payment instruments they use.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from random import Random

from simulator.customers import Customer, Population

DEVICE_KINDS = ("ios", "android", "desktop", "mobile_web")


class Crew:
    """
    Accounts of one crew, each derived from the seed, the crew's name and a number, so that nobody is stored.

    The same number is the same account under every strategy of the crew. Slots name what it acts from: the same slot of
    one crew is the same device, network or card, whoever uses it.
    """

    def __init__(self, population: Population, name: str) -> None:
        self.name = name
        self.population = population
        self._trait = lru_cache(maxsize=4096)(self._account_traits)

    def accounts(
        self, count: int, kind: str, *, devices: int = 0, networks: int = 0, payments: int = 0, first: int = 0
    ) -> Iterator[Customer]:
        """
        Yield so many accounts that share so many devices, networks and cards; 0: each has its own.
        """
        for number in range(first, first + count):
            yield self.account(
                number,
                kind,
                device=number % devices if devices else number,
                network=number % networks if networks else number,
                payment=number % payments if payments else number,
            )

    def account(
        self,
        number: int,
        kind: str,
        *,
        device: object,
        network: object | None,
        payment: object,
        age_days: int | None = None,
    ) -> Customer:
        """
        Return one account as it acts from these slots. Where nothing is said, it is like anybody's.

        Args:
            network: None: the home of a fan, who does not know that it is rented out.
        """
        base = self._trait(number)
        device_hash = self.hash("device", device)
        return base._replace(
            kind=kind,
            device_hash=device_hash,
            device_kind=DEVICE_KINDS[int(device_hash[:4], 16) % len(DEVICE_KINDS)],
            network_hash=base.network_hash if network is None else self.hash("network", network),
            payment_hash=self.hash("payment", payment),
            account_age_days=base.account_age_days if age_days is None else age_days,
        )

    def hash(self, kind: str, slot: object) -> str:
        """
        Return the hash of a device, network or payment instrument of the crew.
        """
        return self.population.hash(kind, f"crew/{self.name}/{slot}")

    def _account_traits(self, number: int) -> Customer:
        likeness = Random(f"{self.population.seed}/crew/{self.name}/{number}")
        somebody = self.population.ordinary(int(likeness.random() * self.population.size))
        return somebody._replace(id=self.population.customer_id(f"crew/{self.name}/{number}"))
