"""
The tables of the fraud projection. What is counted is added up by customer and day, so any partition may add to it.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class FraudTable(SQLModel, registry=registry()):
    """
    Base of the projection's tables, with metadata of their own.
    """


class ActivityDay(FraudTable, table=True):
    """
    What a customer did around inventory on a day (counts of records). Source: topic `activity`.

    day: days since 1970-01-01, UTC, of the records' time.
    """

    __tablename__ = "activity_days"

    customer_id: str = Field(sa_column=Column(Text, primary_key=True))
    day: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    signed_in: int
    events_viewed: int
    seats_viewed: int
    searches: int
    queues_joined: int
    checkouts_started: int
    checkouts_failed: int
    payments_declined: int


class TicketDay(FraudTable, table=True):
    """
    What a customer did with places on a day. Source: topic `inventory`.

    day: as in `ActivityDay`. places_held, tickets_bought: places (count). face_cents: minor units, in whatever currency
    the orders were. Everything else: records (count); listings_sold counts for the seller, resales_bought for the buyer.
    """

    __tablename__ = "ticket_days"

    customer_id: str = Field(sa_column=Column(Text, primary_key=True))
    day: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    holds: int
    places_held: int = Field(sa_column=Column(BigInteger, nullable=False))
    holds_released: int
    holds_expired: int
    orders: int
    tickets_bought: int = Field(sa_column=Column(BigInteger, nullable=False))
    face_cents: int = Field(sa_column=Column(BigInteger, nullable=False))
    refunds: int
    listings_opened: int
    listings_sold: int
    resales_bought: int
    transfers_out: int
    transfers_in: int


class LabelRow(FraudTable, table=True):
    """
    What is known to be true about a customer (counts of records). Source: topic `feedback`.
    """

    __tablename__ = "labels"

    customer_id: str = Field(sa_column=Column(Text, primary_key=True))
    chargebacks: int
    abuse_confirmed: int
    abuse_cleared: int


class LinkRow(FraudTable, table=True):
    """
    A customer used a device, network or payment instrument `uses` times.

    Source: `customer.signed_in`, `queue.joined`, `checkout.started`, `payment.declined`, `order.placed` v1.
    kind: 1 device, 2 network, 3 payment instrument.
    """

    __tablename__ = "links"
    __table_args__ = (Index("links_by_customer", "customer_id"),)

    kind: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    hash: str = Field(sa_column=Column(Text, primary_key=True))
    customer_id: str = Field(sa_column=Column(Text, primary_key=True))
    uses: int


class ForgottenRow(FraudTable, table=True):
    """
    A customer about whom nothing may be answered any more. Source: `customer.forgotten` v1.
    """

    __tablename__ = "forgotten"

    customer_id: str = Field(sa_column=Column(Text, primary_key=True))


class PolicyRow(FraudTable, table=True):
    """
    What is done from which score on. Source: `policy.set` v1.
    """

    __tablename__ = "policies"

    policy: str = Field(sa_column=Column(Text, primary_key=True))
    threshold: float
    action: str = Field(sa_column=Column(Text, nullable=False))


class ModelRow(FraudTable, table=True):
    """
    A version of a model. Source: `model.published`, `model.retired` v1.

    features, metrics: JSON. A retired version keeps nothing but its name, as in the compacted topic.
    """

    __tablename__ = "models"

    model: str = Field(sa_column=Column(Text, primary_key=True))
    model_version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    onnx: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    features: str = Field(sa_column=Column(Text, nullable=False))
    sha256: str = Field(sa_column=Column(Text, nullable=False))
    metrics: str = Field(sa_column=Column(Text, nullable=False))
    trained_on: str = Field(sa_column=Column(Text, nullable=False))
    retired: bool


class PromotionRow(FraudTable, table=True):
    """
    The version of a model that answers. Source: `model.promoted` v1.
    """

    __tablename__ = "promotions"

    model: str = Field(sa_column=Column(Text, primary_key=True))
    model_version: int
