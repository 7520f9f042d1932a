"""
What every service is built from: `create_service`, `run_service`, problems, positions and cursors.
"""

from inventory_stream.web.cursors import decode_cursor, encode_cursor
from inventory_stream.web.door import Answer, Prepared
from inventory_stream.web.positions import format_positions, parse_positions
from inventory_stream.web.problems import (
    BadGateway,
    Conflict,
    FieldError,
    InvalidRequest,
    NotFound,
    PositionNotReached,
    Problem,
    TooManyRequests,
    Unavailable,
    UnprocessableRequest,
)
from inventory_stream.web.readers import Reader
from inventory_stream.web.runner import run_service
from inventory_stream.web.service import Service, create_service
from inventory_stream.web.settings import ServiceSettings

__all__ = [
    "Answer",
    "BadGateway",
    "Conflict",
    "FieldError",
    "InvalidRequest",
    "NotFound",
    "PositionNotReached",
    "Prepared",
    "Problem",
    "Reader",
    "Service",
    "ServiceSettings",
    "TooManyRequests",
    "Unavailable",
    "UnprocessableRequest",
    "create_service",
    "decode_cursor",
    "encode_cursor",
    "format_positions",
    "parse_positions",
    "run_service",
]
