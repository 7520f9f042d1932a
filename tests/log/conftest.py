"""
The two logs that keep the Protocol.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from inventory_stream.log import Log
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.log.topics import create_topics
from inventory_stream.testing import MemoryLog


@pytest.fixture
def prefix(bootstrap_servers: str) -> str:
    """
    A prefix of this test's own, whose topics exist.
    """
    name = f"{uuid4().hex[:10]}-"
    create_topics(bootstrap_servers, name)
    return name


@pytest.fixture
def kafka_log(bootstrap_servers: str, prefix: str) -> Iterator[KafkaLog]:
    """
    The log on Kafka, impatient.
    """
    log = KafkaLog(bootstrap_servers, prefix, session_timeout_s=1.0)
    yield log
    log.close()


@pytest.fixture(params=["memory", "kafka"])
def log(request: pytest.FixtureRequest) -> Log:
    """
    Each of the two logs.
    """
    return MemoryLog() if request.param == "memory" else request.getfixturevalue("kafka_log")
