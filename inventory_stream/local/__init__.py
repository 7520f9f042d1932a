"""
The local stack: real Apache Kafka and real PostgreSQL as ordinary child processes that come from packages.

`LocalKafka` and `LocalPostgres` are context managers over a folder; `Stack` is both. They serve development, tests and
benchmarks alike. `supervisor` adds the services for `seatstream up`.
"""

from inventory_stream.local.errors import LocalStackError
from inventory_stream.local.kafka import LocalKafka
from inventory_stream.local.postgres import LocalPostgres
from inventory_stream.local.stack import Stack

__all__ = ["LocalKafka", "LocalPostgres", "LocalStackError", "Stack"]
