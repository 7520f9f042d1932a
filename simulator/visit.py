"""
One visit of one customer's app: what it tells about itself with every step.
"""

from __future__ import annotations

from random import Random

from inventory_stream.records.activity import (
    CheckoutFailed,
    CheckoutStarted,
    CustomerSignedIn,
    EventViewed,
    PaymentDeclined,
    QueueJoined,
    QueueLeft,
    SearchMade,
    SeatsViewed,
)
from simulator.customers import Customer
from simulator.journal import Journal
from simulator.shows import Show
from simulator.tickets import Hold


class Visit:
    """
    A session. Anonymous until it signs in: until then its records carry the session alone.
    """

    __slots__ = ("_age_days", "_journal", "_known", "channel", "customer", "session_id")

    def __init__(self, journal: Journal, session_id: str, customer: Customer, channel: str, age_days: int) -> None:
        self._age_days = age_days
        self._journal = journal
        self._known = ""
        self.session_id = session_id
        self.customer = customer
        self.channel = channel

    def sign_in(self) -> None:
        """
        Become a known customer; the second time changes nothing.
        """
        if not self._known:
            self._known = self.customer.id
            self._journal.tell(CustomerSignedIn(**self._who(), account_age_days=self._age_days))

    def search(self, random: Random) -> None:
        """
        Look for something.
        """
        self._journal.tell(
            SearchMade(**self._who(), results=int(random.random() * 20), query_length=3 + int(random.random() * 20))
        )

    def view(self, show: Show) -> None:
        """
        Look at an event.
        """
        self._journal.tell(EventViewed(**self._who(), event_id=show.event_id))

    def view_seats(self, show: Show, section: str) -> None:
        """
        Look at the seats of a section.
        """
        self._journal.tell(SeatsViewed(**self._who(), event_id=show.event_id, section=section))

    def join_queue(self, show: Show) -> None:
        """
        Enter the waiting line.
        """
        self._journal.tell(QueueJoined(**self._who(), event_id=show.event_id))

    def leave_queue(self, show: Show, waited_s: float, *, admitted: bool) -> None:
        """
        Leave the waiting line, let in or not.
        """
        self._journal.tell(QueueLeft(**self._who(), event_id=show.event_id, admitted=admitted, waited_s=int(waited_s)))

    def start_checkout(self, hold: Hold) -> None:
        """
        Go from a hold to paying.
        """
        price = hold.show.price(hold.places, hold.offer_id)
        self._journal.tell(
            CheckoutStarted(
                **self._who(),
                event_id=hold.show.event_id,
                hold_id=hold.id,
                quantity=hold.size(),
                amount_cents=(price.face_cents + price.fees_cents) * hold.size(),
                currency=hold.show.currency,
                payment_hash=self.customer.payment_hash,
            )
        )

    def fail_checkout(self, hold: Hold, reason: str) -> None:
        """
        Leave the checkout without an order.
        """
        self._journal.tell(CheckoutFailed(**self._who(), event_id=hold.show.event_id, reason=reason, hold_id=hold.id))

    def decline_payment(self, hold: Hold, random: Random, reason: str = "") -> None:
        """
        Hear the payment provider say no; without a reason, for one of those that are usual.
        """
        draw = random.random()
        self._journal.tell(
            PaymentDeclined(
                **self._who(),
                event_id=hold.show.event_id,
                provider="northpay" if draw < 0.7 else "cedar",
                reason=reason or ("insufficient_funds" if draw < 0.6 else "suspected_fraud"),
                payment_hash=self.customer.payment_hash,
            )
        )

    def _who(self) -> dict[str, str]:
        customer = self.customer
        return {
            "session_id": self.session_id,
            "customer_id": self._known,
            "device_hash": customer.device_hash,
            "network_hash": customer.network_hash,
            "region": customer.region,
            "channel": self.channel,
            "device_kind": customer.device_kind,
        }
