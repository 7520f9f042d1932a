"""
Parameters that several routes have.
"""

import re
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from pydantic import BeforeValidator

from inventory_api.bundles import Bundles
from inventory_api.catalogue.keeper import Catalogue
from inventory_api.live.events import LiveEvents
from inventory_api.live.follower import Follower

NO_NUL = "^[^\x00]*$"  # PostgreSQL's text has no place for it
EventId = Annotated[str, Path(min_length=1, max_length=120, pattern=NO_NUL, examples=["demo-e2"])]
Word = Annotated[str, Query(max_length=120, pattern=NO_NUL)]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _require_day(text: Any) -> Any:
    """Refuse a number, which would be read as seconds since 1970."""
    if isinstance(text, str) and not _DAY.fullmatch(text):
        raise ValueError("is not a day such as 2030-05-01")
    return text


Day = Annotated[date, BeforeValidator(_require_day)]


def read_live_events(request: Request) -> LiveEvents:
    """Return the events that the service keeps."""
    found: LiveEvents = request.app.state.live_events
    return found


Live = Annotated[LiveEvents, Depends(read_live_events)]


def read_follower(live: Live) -> Follower:
    """Return the follower of the projection."""
    return live.follower


Following = Annotated[Follower, Depends(read_follower)]


def read_catalogue(request: Request) -> Catalogue:
    """Return the events that can be searched."""
    found: Catalogue = request.app.state.catalogue
    return found


Found = Annotated[Catalogue, Depends(read_catalogue)]


def read_bundles(request: Request) -> Bundles:
    """Return what the service knows of packages with several events."""
    found: Bundles = request.app.state.bundles
    return found


Bundling = Annotated[Bundles, Depends(read_bundles)]
