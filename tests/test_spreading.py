"""
How tests are spread over workers.
"""

from __future__ import annotations

import pytest

from tests.support.spreading import LONG, TOGETHER, place_of, share_of


def test_a_file_stays_with_one_worker() -> None:
    """
    Its tests, and each with all its parameters, are one share; those of the next file are another.
    """
    shares = [
        share_of(f"tests/web/{name}") for name in ("test_a.py::test_x", "test_a.py::test_y[b::c]", "test_b.py::t")
    ]

    assert shares == ["tests/web/test_a.py", "tests/web/test_a.py", "tests/web/test_b.py"]


def test_the_running_system_is_started_once() -> None:
    """
    All files that use it are one share.
    """
    assert {share_of(f"tests/up/test_{name}.py::test_it") for name in "abc"} == {TOGETHER}


def test_long_tests_come_first(request: pytest.FixtureRequest) -> None:
    """
    In this very run they stand before all others.
    """
    places = [place_of(item) for item in request.session.items]

    assert places == sorted(places)
    assert places[-1] == len(LONG)
