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
# What nearly every path looks like: nothing escaped, no segment empty or beginning with a dot.
_PLAIN = re.compile(rb"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+")
_DOT = re.compile(rb"%2e", re.IGNORECASE)


def check_path(raw_path: bytes) -> None:
    """
    Refuse a path whose meaning depends on who reads it.

    Raises:
        AmbiguousPath: it has dot segments, empty segments, or escapes that hide a delimiter.
    """
    if _PLAIN.fullmatch(raw_path):
        return
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
        rows: dict[str, dict[str, Route]] = {}
        for route in routes:
            rows.setdefault(route.path, {})[route.method] = route
        self._rows = list(rows.values())
        patterns = [re.sub(r"\{\w+\}", "[^/]{1,200}", path) for path in rows]
        # One expression for all rows, so that a table of any length costs one search; the number of its group is the row's.
        self._pattern = re.compile("|".join(f"({pattern})" for pattern in patterns).encode())

    def find(self, method: str, raw_path: bytes) -> Route:
        """
        Return the row that lets this request through. HEAD is let through where GET is.

        Args:
            raw_path: as sent, still escaped, and checked by `check_path`.

        Raises:
            NoRoute: no row has this path.
            MethodNotAllowed: rows have this path, but another method.
        """
        return _by_method(self._row(raw_path), method)

    def methods(self, raw_path: bytes) -> list[str]:
        """
        Return the methods that a path has.

        Raises:
            NoRoute: no row has this path.
        """
        return sorted(self._row(raw_path))

    def _row(self, raw_path: bytes) -> dict[str, Route]:
        match = self._pattern.fullmatch(raw_path)
        if match is None or match.lastindex is None:
            raise NoRoute
        return self._rows[match.lastindex - 1]


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
