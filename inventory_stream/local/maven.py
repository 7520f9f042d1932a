"""
Resolve Maven coordinates by jgo, safe against interrupted downloads and parallel runs.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
import truststore
from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.env import EnvironmentBuilder
from jgo.maven import MavenContext, PythonResolver

from inventory_stream.local.errors import RegistryUnreachable
from inventory_stream.local.jars import Progress

ATTEMPTS = 3


def resolve(coordinates: str, progress: Progress) -> list[Path]:
    """
    Return the jars of the coordinates and all that they need, downloading what is missing.

    jgo's own configuration decides on caches and mirrors.

    Args:
        coordinates: one or more `group:artifact:version`, joined by `+`.
        progress: told about each download.

    Raises:
        RegistryUnreachable: jars are missing and the Maven repository does not answer.
    """
    truststore.inject_into_ssl()  # the machine decides whom to trust, as pip does: a company's mirror has its own root
    settings = GlobalSettings.load()
    cache = Path(settings.repo_cache)
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".seatstream.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _build(coordinates, settings, cache, progress)


def _build(coordinates: str, settings: GlobalSettings, cache: Path, progress: Progress) -> list[Path]:
    """
    Let jgo build the environment, trying again when the network stumbles.
    """
    notes = cache / ".seatstream-downloads"
    context = MavenContext(
        repo_cache=cache,
        remote_repos={"central": MAVEN_CENTRAL_URL, **settings.repositories},
        resolver=PythonResolver(progress_callback=_noted(notes, progress)),
    )
    reason = ""
    for _ in range(ATTEMPTS):
        _drop_unfinished(notes, cache)
        try:
            builder = EnvironmentBuilder(context=context, cache_dir=settings.cache_dir)
            return list(builder.from_endpoint(coordinates).all_jars)
        except (requests.RequestException, RuntimeError, OSError) as error:
            reason = str(error)[:160]
    raise RegistryUnreachable(coordinates, reason)


def _noted(notes: Path, progress: Progress) -> Progress:
    """
    Keep a note of each file while it downloads: jgo writes in place, and would trust a half-written file for ever.
    """

    @contextmanager
    def download(name: str, size: int) -> Iterator[Callable[[int], None]]:
        """Leave a note as long as the file (size in bytes) is not whole."""
        notes.mkdir(exist_ok=True)
        note = notes / name
        note.touch()
        with progress(name, size) as report:
            yield report
        note.unlink()

    return download


def _drop_unfinished(notes: Path, cache: Path) -> None:
    """
    Remove from the cache what an interrupted run left half-written.
    """
    for note in notes.glob("*"):
        for partial in cache.rglob(note.name):
            if partial.parent != notes:
                partial.unlink()
        note.unlink()
