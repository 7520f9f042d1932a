"""
Errors of the HTTP APIs: each carries its status and problem type, and one function renders it (RFC 9457).

    Problem                     500 internal
    ├── InvalidRequest          400 invalid-request       names the fields
    ├── UnprocessableRequest    422 invalid-request       names the fields
    ├── Unauthenticated         401 unauthenticated       with WWW-Authenticate
    ├── Forbidden               403 forbidden
    ├── NotFound                404 not-found
    ├── Conflict                409 conflict
    ├── BodyTooLarge            413 body-too-large
    ├── UnsupportedMediaType    415 unsupported-media-type
    ├── TooManyRequests         429 too-many-requests
    ├── BadGateway              502 bad-gateway
    ├── Unavailable             503 unavailable           with Retry-After
    │   └── ClocksDiffer        503 clocks-differ         with Retry-After
    └── PositionNotReached      504 position-not-reached
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:seatstream:problem:"


class FieldError(msgspec.Struct, frozen=True):
    """
    What is wrong with one field; `location` is query, path, header or body.
    """

    field: str
    location: str
    reason: str


class Problem(Exception):
    """
    Something went wrong here; the trace id leads to the log.
    """

    status: ClassVar[int] = 500
    kind: ClassVar[str] = "internal"
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, detail: str = "", *, errors: Sequence[FieldError] = ()) -> None:
        """
        Args:
            detail: what happened this time, for people. The docstring's first line when empty.
            errors: the fields that are wrong.
        """
        self.detail = detail or (type(self).__doc__ or "").strip().splitlines()[0]
        self.errors = tuple(errors)
        super().__init__(self.detail)


class InvalidRequest(Problem):
    """
    The request has a field that cannot be understood.
    """

    status = 400
    kind = "invalid-request"


class UnprocessableRequest(InvalidRequest):
    """
    The request has a field whose value is not allowed.
    """

    status = 422


class Unauthenticated(Problem):
    """
    This needs an API key or a token of the identity provider, as `Authorization: Bearer …`.
    """

    status = 401
    kind = "unauthenticated"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": 'Bearer realm="seatstream"'}


class Forbidden(Problem):
    """
    The caller is known, but this is not for them.
    """

    status = 403
    kind = "forbidden"


class NotFound(Problem):
    """
    There is nothing here.
    """

    status = 404
    kind = "not-found"


class Conflict(Problem):
    """
    The request does not fit the present state.
    """

    status = 409
    kind = "conflict"


class BodyTooLarge(Problem):
    """
    The body of the request is larger than is taken here.
    """

    status = 413
    kind = "body-too-large"


class UnsupportedMediaType(Problem):
    """
    The body of the request is of a kind that is not read here.
    """

    status = 415
    kind = "unsupported-media-type"


class TooManyRequests(Problem):
    """
    Too many requests: slow down.
    """

    status = 429
    kind = "too-many-requests"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}


class BadGateway(Problem):
    """
    The service behind this one gave no usable answer.
    """

    status = 502
    kind = "bad-gateway"


class Unavailable(Problem):
    """
    The service cannot answer at the moment; try again soon.
    """

    status = 503
    kind = "unavailable"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}


class ClocksDiffer(Unavailable):
    """
    The clocks of the gateway and of this service differ by too much to believe what it says about who asks.
    """

    kind = "clocks-differ"


class PositionNotReached(Problem):
    """
    The projection did not reach the asked position in time.
    """

    status = 504
    kind = "position-not-reached"


def render(problem: Problem, path: str, trace_id: str) -> Response:
    """
    Return the one shape that all errors have.
    """
    return _response(problem.status, problem.kind, problem.detail, path, trace_id, problem.errors, problem.headers)


def _response(
    status: int,
    kind: str,
    detail: str,
    path: str,
    trace_id: str,
    errors: Sequence[FieldError] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + kind,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": path,
        "trace_id": trace_id,
    }
    if errors:
        body["errors"] = errors
    return Response(msgspec.json.encode(body), status, headers, CONTENT_TYPE)


def _trace_id(request: Request) -> str:
    return str(request.scope.get("trace_id", ""))


async def handle_problem(request: Request, error: Exception) -> Response:
    """
    Render a `Problem`.
    """
    problem = error if isinstance(error, Problem) else Problem()
    return render(problem, request.url.path, _trace_id(request))


async def handle_http_exception(request: Request, error: Exception) -> Response:
    """
    Render what Starlette raises itself: unknown path, method not allowed, body too large.
    """
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = str(error.detail) if isinstance(error, HTTPException) else ""
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else None
    kind = HTTPStatus(status).phrase.lower().replace(" ", "-")
    return _response(status, kind, detail, request.url.path, _trace_id(request), headers=headers)
