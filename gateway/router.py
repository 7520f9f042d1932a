"""
Finds the route of a request, and refuses paths that two programs could read differently.
"""

import re
from collections.abc import Iterable

from gateway.problems import AmbiguousPath, MethodNotAllowed, NoRoute
from gateway.routes import Route

# Each would let the table see one path and the service another: a slash or backslash in disguise, an escape of an
# escape, a NUL, and bytes that are no URL.
_DISGUISED = re.compile(rb"%(2f|5c|25|00)|[^!-~]|[\\#?]", re.IGNORECASE)
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9a-fA-F]{2})")
_DOT = re.compile(rb"%2e", re.IGNORECASE)


def check_path(raw_path: bytes) -> None:
    """
    Refuse a path whose meaning depends on who reads it.

    Raises:
        AmbiguousPath: it has dot segments, empty segments, or escapes that hide a delimiter.
    """
    if not raw_path.startswith(b"/"):
        raise AmbiguousPath("does not begin with a slash")
    if _DISGUISED.search(raw_path) or _BROKEN_ESCAPE.search(raw_path):
        raise AmbiguousPath("has an escaped delimiter or is not a valid path")
    segments = _DOT.sub(b".", raw_path).split(b"/")[1:]
    if b"." in segments or b".." in segments:
        raise AmbiguousPath("has a dot segment")
    if b"" in segments[:-1]:
        raise AmbiguousPath("has an empty segment")


class Router:
    """
    The table of routes, made ready to be asked.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        """
        Args:
            routes: the rows; a pattern and method appear once.
        """
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, Route]]] = {}
        for route in routes:
            pattern = re.compile(re.sub(r"\{\w+\}", "[^/]{1,200}", route.path))
            self._patterns.setdefault(route.path, (pattern, {}))[1][route.method] = route

    def find(self, method: str, raw_path: bytes) -> Route:
        """
        Return the row that lets this request through. HEAD is let through where GET is.

        Args:
            raw_path: as sent, still escaped.

        Raises:
            AmbiguousPath: see `check_path`.
            NoRoute: no row has this path.
            MethodNotAllowed: rows have this path, but another method.
        """
        check_path(raw_path)
        path = raw_path.decode("ascii")
        for pattern, methods in self._patterns.values():
            if pattern.fullmatch(path):
                return _by_method(methods, method)
        raise NoRoute


def _by_method(methods: dict[str, Route], method: str) -> Route:
    wanted = "GET" if method == "HEAD" else method
    if wanted in methods:
        return methods[wanted]
    raise MethodNotAllowed(allowed(methods))


def allowed(methods: Iterable[str]) -> str:
    """
    Return methods as in the header `Allow`.
    """
    found = set(methods)
    return ", ".join(sorted(found | {"HEAD"} if "GET" in found else found))
