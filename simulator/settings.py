"""
Settings of the simulator, read once from the environment.
"""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SimulatorSettings(BaseSettings):
    """
    What the demo plays. Environment prefix: `SIMULATOR_`.

    `rate` is how many records a second its live on-sales write, about; `events`, `days` and `visits` size the history
    that its first start writes; `seed` decides about everything.
    """

    model_config = SettingsConfigDict(env_prefix="SIMULATOR_", frozen=True)

    rate: Annotated[float, Field(gt=0, le=100_000)] = 50.0
    seed: int = 1
    events: Annotated[int, Field(ge=1, le=100_000)] = 30
    days: Annotated[float, Field(gt=0)] = 60.0
    visits: Annotated[int, Field(ge=1)] = 350
