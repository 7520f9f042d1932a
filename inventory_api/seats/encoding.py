"""
How the seats of an event stand, as half a byte a seat and as JSON. `docs/seats.md` describes both.
"""

import struct
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
import numpy as np

from inventory_api.live.answers import Kept
from inventory_api.live.event import LiveEvent
from inventory_api.seats.map import Bytes, SeatMap, counts_of, seated, statuses_of
from inventory_api.seats.maps import SeatMaps

STATUSES = ("free", "held", "sold", "blocked", "listed")
MAGIC = b"SST1"
CONTENT_TYPE = "application/vnd.seatstream.seats"
HEADER = struct.Struct("<4sQII8s")  # magic, position, seats, areas, version of the chart
_DIGITS = bytes(range(ord("0"), ord("0") + len(STATUSES)))
_encode = msgspec.json.Encoder().encode


def chart_url(event_id: str, version: str) -> str:
    """
    Return where a version of an event's chart is.
    """
    return f"/v1/events/{quote(event_id, safe='')}/chart?version={version}"


def pack(statuses: Bytes) -> bytes:
    """
    Return two seats a byte, the first in the low four bits.
    """
    if len(statuses) % 2:
        statuses = np.append(statuses, np.uint8(0))
    return (statuses[::2] | statuses[1::2] << 4).tobytes()


def compact(live: LiveEvent, seat_map: SeatMap) -> bytes:
    """
    Return the compact form.
    """
    areas = counts_of(live)
    header = HEADER.pack(MAGIC, live.position, seat_map.size, len(areas), seat_map.version.encode())
    return header + pack(statuses_of(live)) + areas.astype("<u4").tobytes()


def encode_compact(seat_map: SeatMap, live: LiveEvent, _: datetime) -> Kept:
    """
    Return the answer in the compact form.
    """
    return Kept(compact(live, seat_map), content_type=CONTENT_TYPE.encode())


def encode_known(maps: SeatMaps, live: LiveEvent, now: datetime) -> Kept | None:
    """
    Return the answer in the compact form, if the event's map is at hand.
    """
    seat_map = maps.known(live)
    return None if seat_map is None else encode_compact(seat_map, live, now)


def encode_json(seat_map: SeatMap, live: LiveEvent, _: datetime) -> Kept:
    """
    Return the answer in the form of `schemas.seats.Seats`.
    """
    return Kept(_encode(seats_content(live, seat_map)))


def seats_content(live: LiveEvent, seat_map: SeatMap) -> dict[str, Any]:
    """
    Return how each seat and area stands.
    """
    return {
        "event_id": live.event.event_id,
        "position": live.position,
        "chart": chart_url(live.event.event_id, seat_map.version),
        "statuses": STATUSES,
        "sections": [{"section": part.name, "statuses": _digits(part.statuses)} for part in seated(live)],
        "areas": [
            {"section": area.name, **dict(zip(STATUSES, counts, strict=True))}
            for area, counts in zip(seat_map.areas, counts_of(live).tolist(), strict=True)
        ],
    }


def _digits(statuses: bytes) -> str:
    return statuses.translate(_DIGITS.ljust(256, b"?")).decode()
