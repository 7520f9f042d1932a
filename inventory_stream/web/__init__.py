"""
What every service is built from: `create_service`, `run_service`, problems, positions and cursors.
"""

from typing import TYPE_CHECKING, Any

from inventory_stream.web.connections import connection_of
from inventory_stream.web.cursors import decode_cursor, encode_cursor
from inventory_stream.web.door import Answer, Headers, Prepared
from inventory_stream.web.positions import format_positions, parse_positions
from inventory_stream.web.problems import (
    BadGateway,
    BodyTooLarge,
    Conflict,
    FieldError,
    Forbidden,
    InvalidRequest,
    NotFound,
    PositionNotReached,
    Problem,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnprocessableRequest,
    UnsupportedMediaType,
)
from inventory_stream.web.readers import Reader
from inventory_stream.web.runner import run_service
from inventory_stream.web.settings import ServiceSettings

if TYPE_CHECKING:
    from inventory_stream.web.service import Service, create_service

__all__ = [
    "Answer",
    "BadGateway",
    "BodyTooLarge",
    "Conflict",
    "FieldError",
    "Forbidden",
    "Headers",
    "InvalidRequest",
    "NotFound",
    "PositionNotReached",
    "Prepared",
    "Problem",
    "Reader",
    "Service",
    "ServiceSettings",
    "TooManyRequests",
    "Unauthenticated",
    "Unavailable",
    "UnprocessableRequest",
    "UnsupportedMediaType",
    "connection_of",
    "create_service",
    "decode_cursor",
    "encode_cursor",
    "format_positions",
    "parse_positions",
    "run_service",
]


def __getattr__(name: str) -> Any:
    """
    Import what is built on FastAPI and SQLAlchemy when it is first asked for: the gateway starts without them.
    """
    if name not in ("Service", "create_service"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from inventory_stream.web import service

    return getattr(service, name)
