"""
One OpenAPI document for all services: what they say themselves, cut down to what the table of routes lets through.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp

from gateway.routes import Route
from gateway.upstreams import Upstreams

Document = dict[str, Any]
_PARAMETER = re.compile(r"\{\w+\}")
_REFERENCE = "#/components/"


class Documents:
    """
    Fetches the services' documents and keeps the merged one for a while.
    """

    def __init__(
        self, upstreams: Upstreams, routes: Sequence[Route], cache_s: float, clock: Callable[[], float]
    ) -> None:
        """
        Args:
            upstreams: the pool.
            routes: the table.
            cache_s: how long a complete document is kept.
            clock: seconds, rising.
        """
        self._upstreams = upstreams
        self._routes = routes
        self._cache_s = cache_s
        self._clock = clock
        self._kept: tuple[float, Document] | None = None

    async def merged(self, version: str, timeout_s: float) -> Document:
        """
        Return the document. A service that does not answer is named in `x-unavailable`, and its routes are missing.
        """
        now = self._clock()
        if self._kept is not None and now - self._kept[0] < self._cache_s:
            return self._kept[1]
        services = list(self._upstreams.urls)
        found = await asyncio.gather(*(self._fetch(service, timeout_s) for service in services))
        document = merge(dict(zip(services, found, strict=True)), self._routes, version)
        if not document.get("x-unavailable"):
            self._kept = (now, document)
        return document

    async def _fetch(self, service: str, timeout_s: float) -> Document | None:
        try:
            document = await self._upstreams.get_json(service, "/openapi.json", timeout_s)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return None
        return document if isinstance(document, dict) else None


def merge(documents: Mapping[str, Document | None], routes: Sequence[Route], version: str) -> Document:
    """
    Return one document from those of the services.

    Args:
        documents: service → its document; None when it did not answer.
        routes: the table; anything else is left out.
        version: of the API.
    """
    merged: Document = {
        "openapi": "3.1.0",
        "info": {"title": "Seatstream", "version": version},
        "paths": {},
        "components": {},
    }
    for service, document in documents.items():
        if document is not None:
            _add(merged, service, document, [route for route in routes if route.upstream == service])
    if missing := [service for service, document in documents.items() if document is None]:
        merged["x-unavailable"] = missing
    return merged


def _add(merged: Document, service: str, document: Document, routes: Sequence[Route]) -> None:
    names = _names(merged["components"], document.get("components", {}), service)
    for kind, components in document.get("components", {}).items():
        target = merged["components"].setdefault(kind, {})
        for name, component in components.items():
            target[names[kind, name]] = _renamed(component, names)
    wanted = {(_shape(route.path), route.method.lower()): route for route in routes}
    for path, operations in document.get("paths", {}).items():
        for method, operation in operations.items():
            if route := wanted.get((_shape(path), method)):
                described = {**_renamed(operation, names), "tags": [service], "x-audience": route.audience}
                merged["paths"].setdefault(path, {})[method] = described


def _shape(path: str) -> str:
    return _PARAMETER.sub("{}", path)


def _names(taken: Document, components: Document, service: str) -> dict[tuple[str, str], str]:
    """What components are called in the merged document: the service's name in front where two differ."""
    return {
        (kind, name): name if taken.get(kind, {}).get(name, component) == component else f"{service}.{name}"
        for kind, named in components.items()
        for name, component in named.items()
    }


def _renamed(node: Any, names: Mapping[tuple[str, str], str]) -> Any:
    if isinstance(node, list):
        return [_renamed(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _renamed(value, names) for key, value in node.items()}
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith(_REFERENCE):
        kind, _, name = reference.removeprefix(_REFERENCE).partition("/")
        copy["$ref"] = f"{_REFERENCE}{kind}/{names.get((kind, name), name)}"
    return copy
