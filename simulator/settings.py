"""
Settings of the simulator, read once from the environment.
"""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SimulatorSettings(BaseSettings):
    """
    What the demo plays. Environment prefix: `SIMULATOR_`.

    `rate` is how many records a second its live on-sales write, about; `scenario` is the past that its first start writes,
    `live_scenario` how people are and what goes wrong in the on-sales after it (names or paths); `seed` decides about
    everything.
    """

    model_config = SettingsConfigDict(env_prefix="SIMULATOR_", frozen=True)

    rate: Annotated[float, Field(gt=0, le=100_000)] = 50.0
    seed: int = 1
    scenario: str = "demo"
    live_scenario: str = "live"
