"""
The box office: the only one that touches places. Whatever actors ask for, what it does is legal, and is told once.

    hold ── end(released, expired)                    free again
      └──── order ── refund                           free again
              ├───── open_listing ── end_listing      sold again
              │            └──────── sell_listing     sold again, to somebody else
              ├───── transfer
              └───── scan
"""

from __future__ import annotations

from typing import Literal

from inventory_stream.records import Record
from inventory_stream.records.inventory import (
    HoldEnded,
    ListingEnded,
    ListingOpened,
    ListingSold,
    OrderPlaced,
    OrderRefunded,
    SeatsHeld,
    TicketScanned,
    TicketTransferred,
)
from simulator.clock import Clock, microseconds
from simulator.customers import Customer
from simulator.journal import Journal
from simulator.places import SectionPlaces
from simulator.shows import Show
from simulator.tickets import Hold, Order
from simulator.truth import Truth

HOLD_S = 600.0


class BoxOffice:
    """
    Holds, sells, takes back and scans places, and tells the journal.
    """

    def __init__(self, clock: Clock, journal: Journal, run: str, truth: Truth) -> None:
        self.clock = clock
        self.holds: dict[str, Hold] = {}
        self._journal = journal
        self._run = run
        self._truth = truth
        self._numbers = 0

    def hold(
        self, show: Show, places: SectionPlaces, quantity: int, customer: Customer, session_id: str, channel: str
    ) -> Hold | None:
        """
        Set places aside, or return None when the section has too few or the event is not on sale.
        """
        seats = places.take(quantity) if show.on_sale else None
        if seats is None:
            return None
        areas = 0 if seats else quantity
        show.held += quantity
        expires_at = self.clock.after(HOLD_S)
        hold = Hold(
            self._number("h"), show, places, seats, areas, customer, session_id, channel, microseconds(expires_at)
        )
        self.holds[hold.id] = hold
        self._journal.tell(
            SeatsHeld(
                event_id=show.event_id,
                section=places.section,
                seats=seats,
                quantity=areas,
                customer_id=customer.id,
                channel=channel,
                hold_id=hold.id,
                expires_at=expires_at,
                session_id=session_id,
            )
        )
        return hold

    def end(self, hold: Hold, reason: Literal["released", "expired"]) -> None:
        """
        Let the places of a running hold go.
        """
        if self.holds.pop(hold.id, None) is None:
            return
        hold.show.held -= hold.size()
        hold.places.give_back(hold.seats, hold.quantity)
        self._tell_end(hold, reason)

    def order(self, hold: Hold) -> Order | None:
        """
        Sell the places of a running hold at today's price; None when the hold or the sale is over.
        """
        if not hold.show.on_sale:
            self.end(hold, "released")
        if self.holds.pop(hold.id, None) is None:
            return None
        hold.show.held -= hold.size()
        order = self._sell(hold)
        self._tell_end(hold, "completed")
        return order

    def order_directly(self, show: Show, places: SectionPlaces, quantity: int, customer: Customer) -> Order | None:
        """
        Sell free places over the counter, without a hold; None when the section has too few.
        """
        seats = places.take(quantity) if show.on_sale else None
        if seats is None:
            return None
        return self._sell(Hold("", show, places, seats, 0 if seats else quantity, customer, "", "box_office", 0))

    def refund(self, order: Order, reason: str) -> None:
        """
        Give the money back to whoever paid and take the places back; not for places that were resold or used.
        """
        if order.state == "listed":
            self.end_listing(order, order.listing_id, reason)
        if order.state != "sold" or order.resold:
            return
        order.state = "refunded"
        del order.show.orders[order.id]
        order.places.give_back(order.seats, order.quantity)
        self._tell(
            OrderRefunded,
            order,
            owner=order.payer,
            order_id=order.id,
            face_cents=order.face_cents,
            fees_cents=order.fees_cents,
            currency=order.show.currency,
            price_level=order.price_level,
            region=order.payer.region,
            reason=reason,
        )

    def open_listing(self, order: Order, each_cents: int) -> str:
        """
        Offer the places of an order for resale and return the listing's id, empty when they cannot be offered.
        """
        if order.state != "sold" or order.show.over:
            return ""
        order.state = "listed"
        listing_id = order.listing_id = self._number("l")
        self._tell(
            ListingOpened,
            order,
            listing_id=listing_id,
            face_cents=each_cents,
            fees_cents=each_cents // 10,
            currency=order.show.currency,
        )
        return listing_id

    def end_listing(self, order: Order, listing_id: str, reason: str) -> None:
        """
        Take a listing down, unless it is over.
        """
        if order.state != "listed" or order.listing_id != listing_id:
            return
        order.state = "sold"
        self._tell(ListingEnded, order, listing_id=listing_id, reason=reason)

    def sell_listing(self, order: Order, listing_id: str, each_cents: int, buyer: Customer) -> None:
        """
        Sell the places of an open listing to a new owner. The order goes on under a new id, the buyer's.
        """
        if order.state != "listed" or order.listing_id != listing_id:
            return
        seller = order.customer
        self._truth.served(order.show.event_id, buyer)
        del order.show.orders[order.id]
        order.id, order.customer, order.state, order.resold = self._number("o"), buyer, "sold", True
        order.show.orders[order.id] = order
        self._tell(
            ListingSold,
            order,
            listing_id=listing_id,
            seller_id=seller.id,
            order_id=order.id,
            face_cents=each_cents * order.size(),
            fees_cents=each_cents // 10 * order.size(),
            currency=order.show.currency,
        )

    def transfer(self, order: Order, to: Customer) -> None:
        """
        Give sold places to somebody else.
        """
        if order.state == "sold" and to.id != order.customer.id and not order.show.over:
            self._tell(TicketTransferred, order, to_customer_id=to.id)
            order.customer = to

    def scan(self, order: Order, gate: str) -> None:
        """
        Let the owner of sold places in.
        """
        if order.state == "sold":
            order.state = "scanned"
            self._tell(TicketScanned, order, gate=gate)

    def _sell(self, hold: Hold) -> Order:
        show, size = hold.show, hold.size()
        price = show.price(hold.places, hold.offer_id)
        order = Order(
            self._number("o"),
            show,
            hold.places,
            hold.seats,
            hold.quantity,
            hold.customer,
            hold.customer,
            hold.channel,
            price.face_cents * size,
            price.fees_cents * size,
            hold.places.price_level,
        )
        show.orders[order.id] = order
        self._truth.served(show.event_id, hold.customer)
        self._tell(
            OrderPlaced,
            order,
            order_id=order.id,
            face_cents=order.face_cents,
            fees_cents=order.fees_cents,
            currency=show.currency,
            hold_id=hold.id,
            offer_id=hold.offer_id or (f"{show.event_id}-{show.presale}" if show.presale else ""),
            price_level=order.price_level,
            region=hold.customer.region,
            session_id=hold.session_id,
            payment_hash=hold.customer.payment_hash,
        )
        return order

    def _tell(self, kind: type[Record], order: Order, *, owner: Customer | None = None, **fields: object) -> None:
        self._journal.tell(
            kind(
                event_id=order.show.event_id,
                section=order.places.section,
                seats=order.seats,
                quantity=order.quantity,
                customer_id=(owner or order.customer).id,
                channel=order.channel,
                **fields,
            )
        )

    def _tell_end(self, hold: Hold, reason: Literal["released", "expired", "completed"]) -> None:
        self._journal.tell(
            HoldEnded(
                event_id=hold.show.event_id,
                section=hold.places.section,
                seats=hold.seats,
                quantity=hold.quantity,
                customer_id=hold.customer.id,
                channel=hold.channel,
                hold_id=hold.id,
                reason=reason,
            )
        )

    def _number(self, kind: str) -> str:
        self._numbers += 1
        return f"{self._run}-{kind}{self._numbers}"
