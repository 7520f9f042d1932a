"""
What the settings of every service have in common.
"""

from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from inventory_stream.telemetry import TraceSettings


class ServiceSettings(BaseSettings):
    """
    Base of a service's settings; a service sets its own environment prefix and port.

    identity_keys: file of the gateway's public keys (JWKS), the same for all services (`SEATSTREAM_IDENTITY_KEYS`). With
        it, a service answers the gateway alone; without it everybody, which is for a machine of one's own.
    traces: where spans go, and how many; from OpenTelemetry's own variables.
    """

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    log_level: str = "INFO"
    access_log: bool = True
    drain_s: Annotated[float, Field(ge=0, le=300)] = 0.5
    shutdown_timeout_s: Annotated[int, Field(ge=1, le=300)] = 10
    identity_keys: Annotated[Path | None, Field(validation_alias=AliasChoices("SEATSTREAM_IDENTITY_KEYS"))] = None
    traces: TraceSettings = Field(default_factory=TraceSettings)
    position_timeout_s: Annotated[float, Field(gt=0, le=60)] = 2.0
