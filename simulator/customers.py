"""
The people of the world. A customer is derived from the seed and a number, so nobody has to be stored.

Households, offices, dormitories and mobile carriers make innocent people share devices, networks and cards: a shared hash
is no proof of anything. A few collectors come to everything and are quick, as abusers are.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from math import exp
from random import Random
from typing import NamedTuple

from simulator.names import REGIONS
from simulator.plans import FansPlan

ORDINARY = "ordinary"
HOME = 4  # people that may live together; they are neighbours in number and share a region
OFFICE = 40  # people that may work together
CARRIER_POOLS = 8  # addresses behind which all phones of a region are seen
HASH_BYTES = 12  # 96 bits: see test_ids.py for why two runs of a billion records do not collide


class Customer(NamedTuple):
    """
    One customer as the stream may know it: hashes instead of devices, networks and payment instruments.

    `kind` is the ground truth (`ordinary` or the name of a strategy). It never goes into a record, nor do:
    `household` (the same text: they live together), `budget` (what a show is worth to them, as a multiple of its usual
    price), `taste` (how much more a better seat is worth: 0 nothing, 1 as much as it costs more), `pace` (how long they
    take for a step, as a multiple of what is usual) and `collector` (comes to everything, knows the way).
    `account_age_days` is the age when the world begins; negative: the account is not made yet.
    """

    id: str
    kind: str
    region: str
    household: str
    device_hash: str
    device_kind: str
    network_hash: str
    payment_hash: str
    account_age_days: int
    budget: float
    taste: float
    pace: float
    collector: bool


class Person(NamedTuple):
    """
    A customer with all they have: devices (hash, kind), networks and cards. The first of each is what they use most.
    """

    customer: Customer
    devices: tuple[tuple[str, str], ...]
    networks: tuple[str, ...]
    cards: tuple[str, ...]


class Population:
    """
    Every ordinary customer of one world, and the hashes of whatever anybody has.

    Args:
        name: goes into the ids; two populations of one name and seed are the same people.
        seed: decides about traits.
        fans: how many there are and what they are like. Some of them come far more often than others.
    """

    def __init__(self, name: str, seed: int, fans: FansPlan) -> None:
        self.name = name
        self.seed = seed
        self.size = max(fans.population, len(REGIONS))
        self._fans = fans
        self._salt = f"{name}/{seed}/"
        self._person = lru_cache(maxsize=8192)(self._derive)
        self._shared = lru_cache(maxsize=4096)(self.hash)
        self._door = lru_cache(maxsize=4096)(self._bytes)

    def ordinary(self, number: int) -> Customer:
        """
        Return the ordinary customer of this number, at home on their own device.
        """
        return self._person(number).customer

    def pick(self, random: Random, region: str = "") -> Customer:
        """
        Return an ordinary customer as they come: a few are regulars, most come once or twice.

        Args:
            region: where they live; anywhere when it is empty.
        """
        return self.visitor(self.number(random, region), random)

    def number(self, random: Random, region: str = "") -> int:
        """
        Return the number of somebody who comes, from a region or from anywhere.
        """
        number = int(self.size * random.random() ** 2)
        if region:
            within = number - number % len(REGIONS) + REGIONS.index(region)
            number = within if within < self.size else within - len(REGIONS)
        return number

    def visitor(self, number: int, random: Random) -> Customer:
        """
        Return a customer on one of their devices and networks, with one of their cards in hand.
        """
        person = self._person(number)
        draw = random.random()
        customer = person.customer
        if draw < 0.6:
            return customer
        device, kind = person.devices[int(draw * 1e4) % len(person.devices)]
        network = person.networks[int(draw * 1e6) % len(person.networks)]
        card = person.cards[int(draw * 1e8) % len(person.cards)]
        return customer._replace(device_hash=device, device_kind=kind, network_hash=network, payment_hash=card)

    def friend(self, customer: Customer, random: Random) -> Customer:
        """
        Return somebody of the same region. Who has nobody there has only themselves.
        """
        friend = self.ordinary(self.number(random, customer.region))
        if friend.id == customer.id:
            friend = self.ordinary(self.number(random, customer.region))
        return friend

    def customer_id(self, text: str) -> str:
        """
        Return the id of an account. Hashed: an id must not give away who is what.
        """
        return f"{self.name}-c{self.hash('customer', text)}"

    def hash(self, kind: str, text: str) -> str:
        """
        Return the hash of a device, network or payment instrument: 24 hexadecimal digits.
        """
        return blake2b(f"{self._salt}{kind}/{text}".encode(), digest_size=HASH_BYTES).hexdigest()

    def _derive(self, number: int) -> Person:
        """
        Draw a person's traits from the bytes of one hash, those that a household shares from that of the household.
        """
        fans, traits = self._fans, self._bytes(f"person/{number}")
        region, place = number % len(REGIONS), number // len(REGIONS)
        home, together = self._home(region, place)
        devices = self._devices(number, home if together else "", traits)
        networks = self._networks(region, place, home, traits)
        cards = self._cards(number, home if together else "", traits)
        return Person(
            Customer(
                id=self.customer_id(f"{number}"),
                kind=ORDINARY,
                region=REGIONS[region],
                household=home,
                device_hash=devices[0][0],
                device_kind=devices[0][1],
                network_hash=networks[0],
                payment_hash=cards[0],
                account_age_days=int(2_500 * (traits[10] / 256) ** 1.5) + traits[11] - 60,
                budget=exp(fans.budget_spread * _normal(traits[17:21])),
                taste=0.2 + 1.1 * traits[14] / 256,
                pace=0.4 + 1.6 * (traits[15] / 256) ** 2,
                collector=number < fans.collectors * self.size,
            ),
            devices,
            networks,
            cards,
        )

    def _home(self, region: int, place: int) -> tuple[str, bool]:
        """
        Return the household of a place in a region, and whether more than one lives there.
        """
        door, bed = divmod(place, HOME)
        draw = self._door(f"home/{region}/{door}")[0] / 256
        if draw < self._fans.families:
            return f"home{region}/{door}", True
        if draw < self._fans.families + self._fans.couples and bed < 2:
            return f"home{region}/{door}", True
        return f"home{region}/{door}/{bed}", False

    def _devices(self, number: int, shared: str, traits: bytes) -> tuple[tuple[str, str], ...]:
        """
        Return a phone, perhaps a computer of one's own or the household's, perhaps a third thing.
        """
        phone = (self.hash("device", f"phone{number}"), ("ios", "android")[traits[0] % 2])
        if traits[1] < 60:
            phone = (phone[0], "mobile_web")
        desk = (self.hash("device", f"desk{shared or number}"), "desktop")
        both = (desk, phone) if traits[2] < 100 else (phone, desk)
        if traits[3] < 40:
            return (*both, (self.hash("device", f"tablet{shared or number}"), "mobile_web"))
        return both if traits[3] < 200 else both[:1]

    def _cards(self, number: int, shared: str, traits: bytes) -> tuple[str, ...]:
        """
        Return the card of the household, or one's own, and perhaps another.
        """
        family = shared and traits[9] < 256 * self._fans.family_cards
        first = self._shared("payment", shared) if family else self.hash("payment", f"own{number}")
        if traits[16] >= 110:
            return (first,)
        return first, self.hash("payment", f"own{number}" if family else f"2nd{number}")

    def _networks(self, region: int, place: int, home: str, traits: bytes) -> tuple[str, ...]:
        """
        Return the network at home (a dormitory's for some), the carrier's that many share, and an office's for some.
        """
        dormitory = traits[4] < 256 * self._fans.dormitories
        first = self.hash("network", f"dormitory{region}/{place // OFFICE}" if dormitory else home)
        carrier = self._shared("network", f"carrier{region}/{traits[5] % CARRIER_POOLS}")
        if traits[6] < 256 * self._fans.offices:
            return first, carrier, self._shared("network", f"office{region}/{place // OFFICE}")
        return first, carrier

    def _bytes(self, text: str) -> bytes:
        return blake2b(f"{self._salt}{text}".encode(), digest_size=24).digest()


def _normal(draws: bytes) -> float:
    """
    Return about a normal draw: the sum of four bytes, from which the mean is taken, by its standard deviation.
    """
    return (sum(draws) - 510) / 147.8
