"""
A key to try things out with, on a machine of one's own.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.identity.keys import locked, new_key, read_file, write_file
from inventory_stream.web.identity import ROLES

NAME = "demo"
_LIFETIME = timedelta(days=30)


def ensure_demo_key(keys_file: Path, header_file: Path) -> None:
    """
    Write a header with a key that opens everything, and keep the key's hash with the others; once in thirty days.

    Args:
        keys_file: of API keys.
        header_file: gets the header, readable by its owner alone.
    """
    with locked(keys_file):
        _ensure(keys_file, header_file)


def _ensure(keys_file: Path, header_file: Path) -> None:
    now = datetime.now(UTC)
    file = read_file(keys_file)
    mine = [key for key in file.keys if key.name == NAME and key.good(now + timedelta(days=1))]
    if mine and header_file.exists():
        return
    key, kept = new_key(NAME, ROLES, ("*",), now + _LIFETIME, now)
    file.keys = [known for known in file.keys if known.name != NAME] + [kept]
    write_file(keys_file, file)
    header_file.unlink(missing_ok=True)
    header_file.touch(mode=0o600)
    header_file.write_text(f"Authorization: Bearer {key}\n")
