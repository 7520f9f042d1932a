"""
Answers about one event that are asked for most, given as bytes before any framework sees the request.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from starlette.types import Scope

from inventory_api.live.answers import Kept
from inventory_api.live.event import LiveEvent
from inventory_api.live.events import LiveEvents
from inventory_stream.web import Answer

_BEFORE = "/v1/events/"
_START = len(_BEFORE)

Maker = Callable[[LiveEvent, datetime], Kept]


class HotAnswers:
    """
    `/v1/events/{event_id}/{name}` without a query, for events that are kept.
    """

    def __init__(self, events: LiveEvents, makers: Mapping[str, Maker]) -> None:
        """
        Args:
            makers: last segment of the path → what makes the answer.
        """
        self._events = events
        self._makers = dict(makers)

    def prepared(self, scope: Scope) -> Answer | None:
        """
        Return the answer if it is hot and can be given at once.
        """
        path: str = scope["path"]
        if not path.startswith(_BEFORE) or scope["query_string"] or scope["method"] not in ("GET", "HEAD"):
            return None
        event_id, _, name = path[_START:].partition("/")
        make = self._makers.get(name)
        live = self._events.kept(event_id) if make else None
        if live is None or make is None:
            return None
        return live.answer(name, datetime.now(UTC), make).answer(scope["headers"])
