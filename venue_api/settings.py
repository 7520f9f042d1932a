"""
Settings of the venue API. Environment prefix: `VENUE_API_`.
"""

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from inventory_stream.web import ServiceSettings


class VenueApiSettings(ServiceSettings):
    """
    One API process.
    """

    model_config = SettingsConfigDict(env_prefix="VENUE_API_", frozen=True)

    port: Annotated[int, Field(ge=0, le=65_535)] = 8082
