"""
How much of the server's speed the answer about every seat keeps, against a bare ASGI app that returns the same bytes.
"""

from benchmarks.availability import EVENT, compare, hall_service


def main() -> None:
    """
    Measure the whole answer, the compressed one, and "not modified".
    """
    with hall_service() as port:
        compare("seats", port, f"/v1/events/{EVENT}/seats")
