"""
The state of all services in one view: each is asked once, and each projection is one row.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

import aiohttp
import msgspec

from gateway.settings import GatewaySettings
from gateway.upstreams import Refused, Upstreams

Colour = Literal["green", "yellow", "red"]
_WORSE: tuple[Colour, ...] = ("green", "yellow", "red")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """
    A service and one projection that it answers from.

    reason: why it is not green; empty when it is.
    position: `topic/partition` → next record to apply. lag: records. last_change: RFC 3339.
    """

    service: str
    status: Colour
    reason: str
    health: str
    version: str | None = None
    projection: str | None = None
    projection_version: int | None = None
    position: dict[str, int] = {}
    lag: int | None = None
    freshness_s: float | None = None
    dead_letters: int | None = None
    last_change: str | None = None


class Overview(msgspec.Struct, frozen=True):
    """
    The answer of `/status`: as bad as its worst row.
    """

    status: Colour
    services: list[Row]


class _Projection(msgspec.Struct):
    """What a service's `/status` says about a projection."""

    projection: str
    version: int | None = None
    health: str = "ok"
    position: dict[str, int] = {}
    lag: int | None = None
    freshness_s: float | None = None
    dead_letters: int | None = None
    last_change: datetime | None = None


class _Service(msgspec.Struct):
    """What a service's `/status` says."""

    service: str
    version: str
    health: str
    projections: list[_Projection]


async def overview(upstreams: Upstreams, settings: GatewaySettings, now: Callable[[], datetime]) -> Overview:
    """
    Ask all services at once and return the table.
    """
    parts = await asyncio.gather(*(_ask(upstreams, service, settings, now) for service in upstreams.urls))
    rows = [row for part in parts for row in part]
    worst: Colour = max((row.status for row in rows), key=_WORSE.index, default=_WORSE[0])
    return Overview(worst, rows)


async def _ask(upstreams: Upstreams, service: str, settings: GatewaySettings, now: Callable[[], datetime]) -> list[Row]:
    try:
        said = msgspec.convert(await upstreams.get_json(service, "/status", settings.status_timeout_s), _Service)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        return [Row(service=service, status="red", reason="cannot be reached", health="down")]
    except TimeoutError:
        return [Row(service=service, status="red", reason="did not answer in time", health="down")]
    except Refused as error:
        return [Row(service=service, status="red", reason=f"refuses: {error}", health="down")]
    except (aiohttp.ClientError, OSError, ValueError):  # msgspec's errors are ValueErrors
        return [Row(service=service, status="red", reason="gave no usable answer", health="down")]
    if not said.projections:
        colour, reason = _judge_health(said.health)
        return [Row(service=service, status=colour, reason=reason, health=said.health, version=said.version)]
    return [_row(said, projection, service, settings, now()) for projection in said.projections]


def _row(said: _Service, projection: _Projection, service: str, settings: GatewaySettings, now: datetime) -> Row:
    health = said.health if said.health != "ok" else projection.health
    colour, reason = _judge_health(health)
    if colour == "green" and (late := _lateness(projection, settings, now)):
        colour, reason = "yellow", late
    changed = projection.last_change
    return Row(
        service=service,
        status=colour,
        reason=reason,
        health=health,
        version=said.version,
        projection=projection.projection,
        projection_version=projection.version,
        position=projection.position,
        lag=projection.lag,
        freshness_s=projection.freshness_s,
        dead_letters=projection.dead_letters,
        last_change=changed.isoformat(timespec="milliseconds").replace("+00:00", "Z") if changed else None,
    )


def _judge_health(health: str) -> tuple[Colour, str]:
    return ("green", "") if health == "ok" else ("yellow", health)


def _lateness(projection: _Projection, settings: GatewaySettings, now: datetime) -> str:
    """Why a projection is behind. Its lag is what its projector saw last: a dead one shows by its silence."""
    lag, freshness_s = projection.lag or 0, projection.freshness_s or 0.0
    if lag > settings.status_lag:
        return f"{lag:,} records behind"
    if lag and freshness_s > settings.status_freshness_s:
        return f"{freshness_s:.0f} s behind"
    changed = projection.last_change
    if changed is not None and (silence_s := (now - changed).total_seconds()) > settings.status_silence_s:
        return f"nothing applied for {silence_s:.0f} s"
    return ""


def utc_now() -> datetime:
    """
    Return the time.
    """
    return datetime.now(UTC)
