"""
Settings of the inventory API. Environment prefix: `INVENTORY_API_`.
"""

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from inventory_stream.web import ServiceSettings


class InventoryApiSettings(ServiceSettings):
    """
    One API process.

    cached_seats: bounds the events that are kept ready, in seats (an event costs 200 more).
    mapped_seats: bounds the maps of seats that are kept, and the charts as answers, in seats each.
    max_stale_s: how long an answer that is being brought up may still be given as it was.
    activity_timeout_s: how long activity records may take to be safe in the stream; what waits behind it, gateway
        included, must be more patient.
    """

    model_config = SettingsConfigDict(env_prefix="INVENTORY_API_", frozen=True)

    port: Annotated[int, Field(ge=0, le=65_535)] = 8081
    cached_seats: Annotated[int, Field(ge=1)] = 5_000_000
    mapped_seats: Annotated[int, Field(ge=1)] = 1_000_000
    max_stale_s: Annotated[float, Field(ge=0, le=60)] = 1.0
    activity_timeout_s: Annotated[float, Field(gt=0, le=60)] = 5.0
