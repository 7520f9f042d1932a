"""
What the parts of a local system need to trust each other, made once and kept beside the data.
"""

from __future__ import annotations

import secrets
from pathlib import Path

FOLDER = "identity"
PRIVATE, PUBLIC, SESSIONS = "gateway.jwk", "gateway.jwks", "sessions"
DEMO_HEADER = "demo.header"
SESSION_SECRET_BYTES = 32


def credentials(folder: Path) -> dict[str, str]:
    """
    Return the environment variables that lead the gateway and the services to their keys; what is not there is made.

    The gateway writes a key for trying things out into `demo.header`, in the form that curl takes (`-H @demo.header`).

    Args:
        folder: of the local system, such as `.seatstream`.
    """
    place = folder / FOLDER
    make(place)
    return {
        "SEATSTREAM_IDENTITY_KEYS": str(place / PUBLIC),
        "GATEWAY_IDENTITY_KEY": str(place / PRIVATE),
        "GATEWAY_SESSION_SECRET_FILE": str(place / SESSIONS),
        "GATEWAY_KEYS_FILE": str(folder / "keys.json"),
        "GATEWAY_DEMO_HEADER_FILE": str(folder / DEMO_HEADER),
    }


def make(place: Path) -> None:
    """
    Make the gateway's pair of keys and the secret of fans' sessions in a folder; what is there stays.
    """
    place.mkdir(parents=True, exist_ok=True)
    private, public, session = place / PRIVATE, place / PUBLIC, place / SESSIONS
    if not (private.exists() and public.exists()):
        from inventory_stream.web.identity import write_pair  # cryptography is slow to import, and needed once

        write_pair(private, public)
    if not session.exists():
        session.touch(mode=0o600)
        session.write_text(secrets.token_hex(SESSION_SECRET_BYTES))
