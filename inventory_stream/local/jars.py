"""
Apache Kafka's jars, resolved from a Maven repository and remembered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

KAFKA_VERSION = "4.3.1"
# The binding is what Kafka's own distribution adds, and without it the broker logs nothing.
COORDINATES = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.apache.logging.log4j:log4j-slf4j-impl:2.25.4!"

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""A file's name and size (bytes) → a context that yields a function to report bytes to."""


@contextmanager
def silent(name: str, size: int) -> Iterator[Callable[[int], None]]:
    """
    Report no progress.
    """
    yield lambda received: None


def kafka_class_path(folder: Path, progress: Progress = silent) -> list[Path]:
    """
    Return the jars of Apache Kafka, downloading what is missing.

    Args:
        folder: where the answer is remembered, so that the next start resolves nothing.
        progress: told about each download.

    Raises:
        RegistryUnreachable: jars are missing and the Maven repository does not answer.
    """
    memo = folder / "class-path.json"
    if remembered := _remembered(memo):
        return remembered
    from inventory_stream.local.maven import (
        resolve,
    )  # jgo takes 250 ms to import, and the second start needs none of it

    jars = resolve(COORDINATES, progress)
    folder.mkdir(parents=True, exist_ok=True)
    memo.write_text(json.dumps({"coordinates": COORDINATES, "jars": [str(jar) for jar in jars]}))
    return jars


def _remembered(memo: Path) -> list[Path] | None:
    """
    Return the remembered jars if they are of this version and all there.
    """
    try:
        known = json.loads(memo.read_text())
        jars = [Path(jar) for jar in known["jars"]]
    except (OSError, ValueError, KeyError):
        return None
    return jars if known["coordinates"] == COORDINATES and all(jar.exists() for jar in jars) else None
