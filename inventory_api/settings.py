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
    idle_s: how long an event that was read is brought up after each change, though nobody reads it again.
    mapped_seats: bounds the maps of seats that are kept, and the charts as answers, in seats each.
    max_listeners, listened_seats: bound the connections that are told of changes, and the seats of the events that these
        are about.
    changes_pause_s: between two frames of an event; more when many listen.
    keep_alive_s: after so long without a change, listeners are told that the connection lives.
    slow_listener_s: a listener that takes longer to read a frame is dropped.
    listener_ahead_s: how long a listener waits whose position another replica has reached, and this one not yet.
    max_stale_s: how long an answer that is being brought up may still be given as it was.
    pause_s: longest rest between two times that answers are brought up, in which changes gather.
    activity_timeout_s: how long activity records may take to be safe in the stream; what waits behind it, gateway
        included, must be more patient.
    """

    model_config = SettingsConfigDict(env_prefix="INVENTORY_API_", frozen=True)

    port: Annotated[int, Field(ge=0, le=65_535)] = 8081
    cached_seats: Annotated[int, Field(ge=1)] = 5_000_000
    idle_s: Annotated[float, Field(ge=0, le=3_600)] = 10.0
    mapped_seats: Annotated[int, Field(ge=1)] = 1_000_000
    max_listeners: Annotated[int, Field(ge=0)] = 20_000
    listened_seats: Annotated[int, Field(ge=1)] = 5_000_000
    changes_pause_s: Annotated[float, Field(ge=0, le=10)] = 0.1
    keep_alive_s: Annotated[float, Field(ge=1, le=60)] = 15.0
    slow_listener_s: Annotated[float, Field(ge=0.1, le=300)] = 10.0
    listener_ahead_s: Annotated[float, Field(ge=0, le=30)] = 2.0
    max_stale_s: Annotated[float, Field(ge=0, le=60)] = 1.0
    pause_s: Annotated[float, Field(ge=0, le=1)] = 0.003
    activity_timeout_s: Annotated[float, Field(gt=0, le=60)] = 5.0
