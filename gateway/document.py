"""
One OpenAPI document for all services: what they say themselves, cut down to what the table of routes lets through.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp

from gateway import described
from gateway.recent import Recent
from gateway.routes import Route
from gateway.settings import GatewaySettings
from gateway.upstreams import Upstreams

Document = dict[str, Any]
_PARAMETER = re.compile(r"\{\w+\}")
_REFERENCE = "#/components/"
# Whoever asks does not wait longer for a service whose earlier document will do.
_PATIENCE_S = 1.0


class Documents:
    """
    Fetches the services' documents and keeps the merged one for a while. What a service said last stands for it while it
    does not answer: its routes are still there.
    """

    def __init__(
        self,
        upstreams: Upstreams,
        routes: Sequence[Route],
        version: str,
        settings: GatewaySettings,
        clock: Callable[[], float],
    ) -> None:
        """
        Args:
            upstreams: the pool.
            routes: the table.
            version: of the API.
            settings: how long a complete document is kept, and how long a service may take to give its own.
            clock: seconds, rising.
        """
        self._upstreams = upstreams
        self._routes = routes
        self._version = version
        self._timeout_s = settings.openapi_timeout_s
        self._last: dict[str, Document] = {}
        self._recent = Recent(self._merged, settings.openapi_cache_s, clock, worth=is_complete)

    async def merged(self) -> Document:
        """
        Return the document. A service that has never answered is named in `x-unavailable`, and its routes are missing.
        """
        return await self._recent.get()

    async def _merged(self) -> Document:
        services = list(self._upstreams.urls)
        found = await asyncio.gather(*(self._fetch(service) for service in services))
        return merge(dict(zip(services, found, strict=True)), self._routes, self._version)

    async def _fetch(self, service: str) -> Document | None:
        """What the service says, or else what it said last."""
        last = self._last.get(service)
        timeout_s = self._timeout_s if last is None else min(self._timeout_s, _PATIENCE_S)
        try:
            document = await self._upstreams.get_json(service, "/openapi.json", timeout_s)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return last
        if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
            return last
        self._last[service] = document
        return document


def is_complete(document: Document) -> bool:
    """
    Say whether all services are in a merged document.
    """
    return "x-unavailable" not in document


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
        "info": {"title": "Seatstream", "description": described.ABOUT, "version": version},
        "tags": described.TAGS,
        "paths": described.own_paths(),
        "components": described.own_components(),
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
                shown = described.described(_renamed(operation, names), route)
                merged["paths"].setdefault(path, {})[method] = shown


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
