"""
The HTML of the page: what is known of the event stands in it, the rest comes with the scripts.
"""

from datetime import UTC, datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from inventory_api.events import Event
from inventory_api.live.answers import LIVE, Kept
from inventory_api.live.event import LiveEvent
from inventory_api.page.assets import read_assets

HTML = "text/html; charset=utf-8"
# Scripts and styles of this host only, nothing inline; a script may not write HTML from text.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = (
    ("content-security-policy", _POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
)


def encode_page(live: LiveEvent, now: datetime) -> Kept:
    """
    Return the page of an event. It is the same for everyone: words that depend on the reader are put in by the scripts.
    """
    headers = [(name.encode(), value.encode()) for name, value in HEADERS]
    return Kept(_page(live.event).encode(), HTML.encode(), LIVE, headers=headers)


def missing_page(event_id: str) -> str:
    """
    Return what people see who ask for an event that does not exist.
    """
    return _template("missing.html").substitute(event_id=escape(event_id), assets=read_assets().base)


def _page(event: Event) -> str:
    assets = read_assets()
    scripts = [name for name in assets.names if name.endswith(".js")]
    return _template("page.html").substitute(
        assets=assets.base,
        preloads="\n".join(f'<link rel="modulepreload" href="{assets.base}/{name}">' for name in scripts),
        event_id=escape(event.event_id),
        name=escape(event.name),
        venue=escape(event.venue_name or event.venue_id),
        place=escape(", ".join(filter(None, (event.venue_name or event.venue_id, event.city)))),
        starts_at=event.starts_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        starts_on=f"{event.starts_at.astimezone(UTC):%d %B %Y, %H:%M} UTC",
    )


@cache
def _template(name: str) -> Template:
    return Template(files(__package__).joinpath(name).read_text("utf-8"))
