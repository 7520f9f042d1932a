"""
`seatstream keys`: API keys come, are listed and go.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gateway.identity.keys import ApiKey, KeyFile, locked, new_key, read_file, write_file
from inventory_stream.local.credentials import PRIVATE, PUBLIC, SESSIONS, make
from inventory_stream.web.identity import ROLES, Role

app = typer.Typer(no_args_is_help=True, help="API keys of the gateway.")

File = Annotated[
    Path, typer.Option("--file", envvar="GATEWAY_KEYS_FILE", help="The file of keys that the gateway reads.")
]
DEFAULT_FILE = Path(".seatstream/keys.json")
DEFAULT_DAYS = 365
_WIDTH = 140  # into a file or pipe, too, a key stands on one line


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Who or what the key is for.")],
    role: Annotated[list[str], typer.Option(help=f"What it opens: {', '.join(ROLES)}. Repeat for several.")],
    venue: Annotated[
        list[str] | None, typer.Option(help="A venue it may see; `*` for all. Repeat for several.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days until it expires.")] = DEFAULT_DAYS,
    file: File = DEFAULT_FILE,
) -> None:
    """
    Make a key and print it. It is shown this once: only a hash of it is kept.
    """
    roles = tuple(_role(word) for word in role)
    if ("venues" in roles) != bool(venue):
        raise typer.BadParameter("name a --venue (or '*') with the role venues, and only with it", param_hint="--venue")
    now = datetime.now(UTC)
    key, kept = new_key(name, roles, tuple(venue or ()), now + timedelta(days=days), now)
    with locked(file):
        content = _read(file)
        content.keys.append(kept)
        write_file(file, content)
    typer.echo(key)


@app.command("list")
def list_keys(file: File = DEFAULT_FILE) -> None:
    """
    Show all keys, without what opens doors.
    """
    table = Table("id", "name", "roles", "venues", "created", "expires", "state")
    now = datetime.now(UTC)
    for key in _read(file).keys:
        table.add_row(
            key.id,
            key.name,
            " ".join(key.roles),
            " ".join(key.venues),
            _day(key.created_at),
            _day(key.expires_at),
            _state(key, now),
        )
    console = Console(highlight=False, markup=False)
    console.width = max(console.width, _WIDTH)
    console.print(table)


@app.command()
def revoke(
    id: Annotated[str, typer.Argument(help="The key's id, as `list` shows it.")],
    hours: Annotated[float, typer.Option(min=0, help="Hours until then: time to bring the next key out.")] = 0,
    file: File = DEFAULT_FILE,
) -> None:
    """
    End a key, now or soon.
    """
    if not file.exists():
        raise typer.BadParameter(f"there is no file {file}", param_hint="--file")
    with locked(file):
        content = _read(file)
        found = [key for key in content.keys if key.id == id]
        if not found:
            raise typer.BadParameter(f"there is no key {id} in {file}", param_hint="ID")
        at = datetime.now(UTC) + timedelta(hours=hours)
        # A key that ends sooner already stays as it is: revoking it again must not open it.
        at = min([at, *(key.revoked_at for key in found if key.revoked_at)])
        content.keys = [_ended(key, at) if key.id == id else key for key in content.keys]
        write_file(file, content)
    typer.echo(f"{id} opens nothing from {at:%Y-%m-%d %H:%M} UTC on")


@app.command()
def pair(folder: Annotated[Path, typer.Argument(help="Gets gateway.jwk, gateway.jwks and sessions.")]) -> None:
    """
    Make what the gateway and the services know each other by; what is in the folder already stays.
    """
    make(folder)
    typer.echo(
        f"{folder / PRIVATE} and {folder / SESSIONS} are for gateways alone, {folder / PUBLIC} is for every service"
    )


def _role(word: str) -> Role:
    for role in ROLES:
        if role == word:
            return role
    raise typer.BadParameter(f"{word} is none of {', '.join(ROLES)}", param_hint="--role")


def _read(file: Path) -> KeyFile:
    try:
        return read_file(file)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--file") from error


def _ended(key: ApiKey, at: datetime) -> ApiKey:
    return ApiKey(key.id, key.name, key.roles, key.hash, key.created_at, key.venues, key.expires_at, at)


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else ""


def _state(key: ApiKey, now: datetime) -> str:
    if key.good(now):
        return f"revoked from {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else "good"
    return "revoked" if key.revoked_at and now >= key.revoked_at else "expired"
