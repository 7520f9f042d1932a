"""
Settings of the inventory API. Environment prefix: `INVENTORY_API_`.
"""

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from inventory_stream.web import ServiceSettings


class InventoryApiSettings(ServiceSettings):
    """
    One API process. `cached_events` bounds how many events' answers are kept ready.
    """

    model_config = SettingsConfigDict(env_prefix="INVENTORY_API_", frozen=True)

    port: Annotated[int, Field(ge=0, le=65_535)] = 8081
    cached_events: Annotated[int, Field(ge=1)] = 20_000
