"""
Rows to PostgreSQL arrays in binary form, so that a batch of any size is one statement and one round trip.

psycopg dumps a list element by element; packing a column at once is what keeps the projector ahead of its bars.
Format: PostgreSQL's `array_send` (number of dimensions, null flag, element type, length, lower bound, elements).
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from psycopg.abc import Buffer
from psycopg.adapt import Buffer as _Buffer  # noqa: F401 - re-exported type of psycopg's dumpers
from psycopg.adapt import Dumper
from psycopg.pq import Format
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Float, Integer, LargeBinary, SmallInteger, String
from sqlmodel import SQLModel

_HEADER = struct.Struct(">iiIii")
_LENGTH = struct.Struct(">i")
_NULL = _LENGTH.pack(-1)
_MICROSECOND_EPOCH = 946_684_800_000_000  # PostgreSQL counts microseconds from 2000-01-01
