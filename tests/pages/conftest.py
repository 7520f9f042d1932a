"""
A browser, one for each file of tests: its loop would be in the way of tests that have one of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.browsing import Visit, chromium


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
        contexts.append(browser.new_context(**options))
        return Visit(contexts[-1])

    yield open
    for context in contexts:
        context.close()
