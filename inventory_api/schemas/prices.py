"""
Money.
"""

from pydantic import BaseModel


class Cost(BaseModel):
    """
    Face value, fees, and what is paid in total.
    """

    face_cents: int
    fees_cents: int
    total_cents: int


class Price(Cost):
    """
    The price of a price level: face value, fees, and what is paid in total.
    """

    price_level: str
