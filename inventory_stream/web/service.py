"""
`create_service`: what all services are built from.
"""

import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib.metadata import version as package_version
from typing import Any

import psycopg
import sqlalchemy.exc
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from inventory_stream.projection.errors import ProjectionError
from inventory_stream.telemetry import open_traces
from inventory_stream.web import described, problems
from inventory_stream.web.door import Door, Prepared
from inventory_stream.web.health import health_routes
from inventory_stream.web.identity import Verifier, read_public
from inventory_stream.web.logs import AccessLog
from inventory_stream.web.metrics import ServiceMetrics
from inventory_stream.web.readers import Reader
from inventory_stream.web.recorder import Recorder, no_route
from inventory_stream.web.settings import ServiceSettings
from inventory_stream.web.state import ServiceState

# The door measures, logs and traces; FastAPI's own would do it a second time.
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}

Part = Callable[[], AbstractAsyncContextManager[object]]


class Service(FastAPI):
    """
    A FastAPI application behind the door that every service has. Its state is `service.service_state`.
    """

    service_state: ServiceState
    door: Door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Answer one request.
        """
        await self.door(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Answer one request behind the door.
        """
        await super().__call__(scope, receive, send)


def create_service(
    name: str,
    *,
    settings: ServiceSettings,
    readers: Sequence[Reader] = (),
    routers: Sequence[APIRouter] = (),
    routes: Sequence[BaseRoute] = (),
    parts: Sequence[Part] = (),
    prepared: Prepared | None = None,
    prepared_route: Callable[[Scope], str] = no_route,
    summary: str = "",
    version: str = "",
    write_log: Callable[[str], object] | None = None,
) -> Service:
    """
    Return a service: the given routes, and what every service answers about itself.

    Args:
        name: of the service, such as `inventory_api`.
        readers: of the projections it answers from; started and stopped with the service.
        routers: FastAPI routers.
        routes: plain Starlette routes, for answers that are bytes already; tried before the routers.
        parts: give async context managers that are entered at the start, in order, after the readers.
        prepared: answers hot paths from bytes; asked before anything else.
        prepared_route: the template of a path that `prepared` answers, for traces.
        version: the package's version when empty.
        write_log: takes lines of the access log; standard output when None.
    """
    version = version or package_version("seatstream")
    log = AccessLog(write_log or sys.stdout.write) if settings.access_log else None
    state = ServiceState(name, version, readers, ServiceMetrics(name, version), log)
    state.traces = open_traces(settings.traces, name, version, state.metrics.meter)
    service = Service(
        title=name,
        summary=summary or None,
        version=version,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        lifespan=_lifespan(state, parts),
        telemetry=_NO_TELEMETRY,
    )
    service.service_state = service.state.service = state
    service.door = _door(service, settings, prepared, prepared_route)
    service.router.routes.extend([*health_routes(state), *routes])
    for router in routers:
        service.include_router(router, responses=described.PROBLEM_RESPONSES)
    _add_problems(service)
    return service


def _door(
    service: Service, settings: ServiceSettings, prepared: Prepared | None, prepared_route: Callable[[Scope], str]
) -> Door:
    state = service.service_state
    verifier = Verifier(read_public(settings.identity_keys), state.name) if settings.identity_keys else None
    recorder = None if state.traces is None else Recorder(state.traces, prepared_route)
    return Door(service.answer, state, prepared, settings.position_timeout_s, verifier, recorder)


def _add_problems(service: Service) -> None:
    service.add_exception_handler(problems.Problem, problems.handle_problem)
    service.add_exception_handler(RequestValidationError, _handle_validation)
    service.add_exception_handler(HTTPException, problems.handle_http_exception)
    service.add_exception_handler(Exception, problems.handle_problem)
    service.add_exception_handler(ProjectionError, _handle_not_projected)
    for kind in (psycopg.OperationalError, sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError):
        service.add_exception_handler(kind, _handle_unavailable)
    plain = service.openapi

    def openapi() -> dict[str, object]:
        """Return the document with what it has in common with the others."""
        return described.complete(plain())

    service.openapi = openapi  # type: ignore[method-assign]


async def _handle_validation(request: Request, error: Exception) -> Response:
    """Name the fields that FastAPI found wrong."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    wrong = problems.UnprocessableRequest(errors=[_field_error(item) for item in found])
    return await problems.handle_problem(request, wrong)


def _field_error(item: dict[str, Any]) -> problems.FieldError:
    location, *path = [str(part) for part in item.get("loc", ())] or ["body"]
    return problems.FieldError(".".join(path) or location, location, str(item.get("msg", "is invalid")))


async def _handle_unavailable(request: Request, _: Exception) -> Response:
    return await problems.handle_problem(request, problems.Unavailable("the database cannot be reached at the moment"))


async def _handle_not_projected(request: Request, error: Exception) -> Response:
    return await problems.handle_problem(request, problems.Unavailable(str(error)))


def _lifespan(state: ServiceState, parts: Sequence[Part]) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        """Start the readers and parts; stop them in reverse order."""
        async with AsyncExitStack() as stack:
            stack.callback(state.metrics.close)
            if state.traces is not None:
                stack.callback(state.traces.close)
            if state.access_log:
                stack.callback(state.access_log.flush)
            for reader in state.readers:
                stack.push_async_callback(reader.stop)
                await reader.start()
            for part in parts:
                await stack.enter_async_context(part())
            yield

    return lifespan
