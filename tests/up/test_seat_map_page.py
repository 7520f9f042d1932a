"""
The page of an event through the gateway of a running system, where a sale is going on.
"""

from __future__ import annotations

import httpx
from browsing import Visit, chromium
from running import RunningSystem

TIMEOUT_MS = 60_000


def on_sale(system: RunningSystem) -> str:
    """
    Return an event of the sale that is running now.
    """
    url = f"http://{system.gateway}/v1/events"
    events = httpx.get(url, params={"limit": 100, "sort": "-starts_at"}, trust_env=False).json()["events"]
    return next(event["event_id"] for event in events if event["event_id"].startswith("live"))


def test_the_page_follows_a_running_sale(system: RunningSystem) -> None:
    """
    It comes whole through the gateway, seats change while one looks, and nothing else is asked for.
    """
    origin = f"http://{system.gateway}"
    with chromium() as browser:
        visit = Visit(browser.new_context())
        page = visit.open(f"{origin}/events/{on_sale(system)}")
        begun = page.evaluate("Number(document.body.dataset.position)")
        page.wait_for_function("begun => Number(document.body.dataset.position) > begun", arg=begun, timeout=TIMEOUT_MS)

        assert page.locator("#list button").count() > 1
        assert (visit.complaints, visit.elsewhere(origin)) == ([], [])
