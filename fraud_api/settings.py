"""
Settings of this service.
"""

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from inventory_stream.web import ServiceSettings

MODEL = "abuse"


class FraudApiSettings(ServiceSettings):
    """
    Environment prefix: `FRAUD_API_`.

    model: name of the model whose promoted version answers.
    """

    model_config = SettingsConfigDict(env_prefix="FRAUD_API_", frozen=True)

    port: Annotated[int, Field(ge=0, le=65_535)] = 8083
    model: str = MODEL
