"""
Answers about one event that are asked for most, given as bytes before any framework sees the request.
"""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from starlette.types import Scope

from inventory_api.live.answers import Kept
from inventory_api.live.event import LiveEvent
from inventory_api.live.events import LiveEvents
from inventory_stream.web import Answer, Headers

_BEFORE = "/v1/events/"
_START = len(_BEFORE)
_POSITION_ALONE = re.compile(rb"min_position=[^&]*")  # which the door has seen to

Maker = Callable[[LiveEvent, datetime], Kept | None]


class HotAnswers:
    """
    `/v1/events/{event_id}/{name}` without a query, for events that are kept.
    """

    def __init__(self, events: LiveEvents, makers: Mapping[str, Maker]) -> None:
        """
        Args:
            makers: last segment of the path → what makes the answer; it gives None where a query has to be made first.
        """
        self._events = events
        self._makers = dict(makers)

    def prepared(self, scope: Scope, headers: Headers) -> Answer | None:
        """
        Return the answer if it is hot and can be given at once.
        """
        path: str = scope["path"]
        if not path.startswith(_BEFORE) or scope["method"] not in ("GET", "HEAD"):
            return None
        if (query := scope["query_string"]) and not _POSITION_ALONE.fullmatch(query):
            return None
        event_id, _, name = path[_START:].partition("/")
        if name not in self._makers:
            return None
        live = self._events.kept(event_id)
        if live is None:
            return None
        kept = live.made(name, time.time()) or live.answer(name, datetime.now(UTC), self._makers[name])
        return None if kept is None else kept.form(headers.get(b"accept-encoding"), headers.get(b"if-none-match"))

    def route(self, scope: Scope) -> str:
        """
        Return the template of a path that was answered from here.
        """
        return f"{_BEFORE}{{event_id}}/{scope['path'].rpartition('/')[2]}"
