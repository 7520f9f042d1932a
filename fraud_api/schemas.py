"""
What is asked of the fraud API, and its answers.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

# PostgreSQL's text has no place for NUL.
CustomerId = Annotated[str, Field(min_length=1, max_length=120, pattern="^[^\x00]*$", strict=True)]


class ScoreRequest(BaseModel):
    """
    Customers to score.
    """

    model_config = ConfigDict(extra="forbid")

    customer_ids: Annotated[list[CustomerId], Field(min_length=1, max_length=1000)]


class FeatureValue(BaseModel):
    """
    A feature of a customer.
    """

    name: str
    value: float
    unit: str


class Score(BaseModel):
    """
    How likely it is (0..1) that a customer abuses the system.

    known: false when no record was about the customer; the score is then that of all features zero.
    features: those that are not zero and weigh most in the model, the weightiest first.
    """

    customer_id: str
    score: float
    known: bool
    features: list[FeatureValue]


class Scores(BaseModel):
    """
    Scores in the order in which customers were given, and the model that gave them.
    """

    model: str
    model_version: int
    scores: list[Score]


class Labels(BaseModel):
    """
    What is known to be true (counts of records).
    """

    chargebacks: int
    abuse_confirmed: int
    abuse_cleared: int


class Links(BaseModel):
    """
    Things of one kind that a customer used.

    kind: device, network or payment. used: how many of them. most_others: other customers on the one that most customers share, counted up to 50.
    """

    kind: str
    used: int
    most_others: int


class Customer(BaseModel):
    """
    What a customer did, in total and between two days (UTC); None when nothing but links or labels are known.
    """

    customer_id: str
    first_day: date | None
    last_day: date | None
    activity_days: int
    ticket_days: int
    activity: dict[str, int]
    tickets: dict[str, int]
    labels: Labels
    links: list[Links]


class ModelVersion(BaseModel):
    """
    A version of a model; `promoted` answers, `retired` must not.
    """

    model: str
    model_version: int
    state: Literal["published", "promoted", "retired"]
    sha256: str
    features: list[str]
    metrics: dict[str, float]
    trained_on: str


class Models(BaseModel):
    """
    All versions of all models, the newest of each first.
    """

    models: list[ModelVersion]
