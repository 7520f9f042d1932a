"""
Money.
"""

from pydantic import BaseModel


class Price(BaseModel):
    """
    The price of a price level: face value, fees, and what is paid in total.
    """

    price_level: str
    face_cents: int
    fees_cents: int
    total_cents: int
