"""
A browser, one for each file of tests: its loop would be in the way of tests that have one of their own. And an event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from inventory_stream.local import LocalPostgres
from tests.support.browsing import Visit, chromium
from tests.support.databases import new_database
from tests.support.staged import CHART, PRICES, RELEASED, Staged, scheduled, staged

DESKTOP = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", "timezone_id": "UTC"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """
    A running Chromium.
    """
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """
    Opens pages; options are those of Playwright's `new_context`. All are closed after the test.
    """
    contexts = []

    def open(**options: Any) -> Visit:
        contexts.append(browser.new_context(**{**DESKTOP, **options}))
        return Visit(contexts[-1])

    yield open
    for context in contexts:
        context.close()


@pytest.fixture
def stage(database_url: str) -> Iterator[Staged]:
    """
    The event, for a test that changes it.
    """
    with staged(database_url, *CHART, scheduled(), *RELEASED, PRICES) as stage:
        yield stage


@pytest.fixture(scope="module")
def quiet(postgres: LocalPostgres) -> Iterator[Staged]:
    """
    The event, for the tests of a file that leave it as it is.
    """
    with new_database(postgres) as url, staged(url, *CHART, scheduled(), *RELEASED, PRICES) as stage:
        yield stage


@pytest.fixture
def page(visit: Callable[..., Visit], quiet: Staged) -> Page:
    """
    The page of the quiet event.
    """
    return visit().open(quiet.url)
