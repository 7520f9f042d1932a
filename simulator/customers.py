"""
The people of the world, ordinary and not. A customer is derived from the seed and a number, so nobody has to be stored.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from random import Random
from typing import NamedTuple

from simulator.names import REGIONS

ORDINARY = "ordinary"
BULK_BOT = "bulk_bot"
SEAT_SPINNER = "seat_spinner"
ABUSERS = frozenset({BULK_BOT, SEAT_SPINNER})


class Customer(NamedTuple):
    """
    One customer as the stream may know it: hashes instead of devices, networks and payment instruments.

    `kind` is the ground truth (ordinary, bulk_bot, seat_spinner); it never goes into a record.
    """

    id: str
    kind: str
    region: str
    device_hash: str
    network_hash: str
    payment_hash: str
    account_age_days: int
    device_kind: str = "desktop"


class Population:
    """
    Every customer of one world.

    Args:
        name: goes into the ids; two populations of one name and seed are the same people.
        seed: decides about traits.
        size: ordinary customers (count). Some of them come far more often than others.
    """

    def __init__(self, name: str, seed: int, size: int) -> None:
        self.name = name
        self.seed = seed
        self.size = size
        self.ordinary = lru_cache(maxsize=4096)(self._ordinary)

    def pick(self, random: Random) -> Customer:
        """
        Return an ordinary customer: a few are regulars, most come once or twice.
        """
        return self.ordinary(int(self.size * random.random() ** 2))

    def ring(self, number: int, kind: str, accounts: int) -> list[Customer]:
        """
        Return the accounts of one ring of abusers. They share few devices, networks and payment instruments.
        """
        random = Random(f"{self.seed}/ring/{kind}/{number}")
        hashes = [f"{kind}{number}/{place}" for place in range(max(1, accounts // 6))]
        return [
            Customer(
                id=self._id(f"{kind}{number}/{account}"),
                kind=kind,
                region=REGIONS[int(random.random() * len(REGIONS))],
                device_hash=self._hash("device", hashes[int(random.random() * len(hashes))]),
                network_hash=self._hash("network", hashes[int(random.random() * len(hashes))]),
                payment_hash=self._hash("payment", hashes[int(random.random() * len(hashes))]),
                # A third of the accounts were bought, grown old, from somebody else.
                account_age_days=int(random.random() * (1_500 if random.random() < 0.33 else 40)),
            )
            for account in range(accounts)
        ]

    def _ordinary(self, number: int) -> Customer:
        random = Random(self.seed * 1_000_003 + number)
        # Some share a network (an office, a dormitory) or a family's device and card: a shared hash is no proof.
        network = f"shared{number // 40}" if random.random() < 0.15 else f"own{number}"
        family = number - number % 2 if random.random() < 0.1 else number
        return Customer(
            id=self._id(f"{number}"),
            kind=ORDINARY,
            region=REGIONS[int(random.random() * len(REGIONS))],
            device_hash=self._hash("device", f"own{family}"),
            network_hash=self._hash("network", network),
            payment_hash=self._hash("payment", f"own{family}"),
            account_age_days=int(2_500 * random.random() ** 1.5),
        )

    def _id(self, text: str) -> str:
        # Hashed as well: an id must not give away who is what.
        return f"{self.name}-c{self._hash('customer', text)[:12]}"

    def _hash(self, kind: str, text: str) -> str:
        return blake2b(f"{self.name}/{self.seed}/{kind}/{text}".encode(), digest_size=8).hexdigest()
