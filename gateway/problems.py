"""
What can go wrong at the door.

    Problem                       of inventory_stream.web
    ├── NoRoute                   404 not-found
    ├── MethodNotAllowed          405 method-not-allowed    with Allow
    ├── BodyTooSlow               408 body-too-slow
    ├── HeadersTooSlow            408 headers-too-slow
    ├── HeadersTooLarge           431 headers-too-large
    ├── NotHttp                   400 not-http
    ├── UpstreamTimeout           504 upstream-timeout      with Retry-After
    ├── TooManyRequests
    │   └── TooMany               429 too-many-requests     with Retry-After and RateLimit
    ├── Conflict
    │   └── StillRunning          409 conflict              with Retry-After
    ├── InvalidRequest
    │   ├── AmbiguousPath         400 invalid-request       names the path
    │   └── UnprocessableRequest
    │       └── KeyReused         422 idempotency-key-reused
    ├── BadGateway
    │   └── UpstreamFailed        502 bad-gateway           with Retry-After
    └── Unavailable
        ├── UpstreamUnreachable   503 unavailable           with Retry-After
        ├── Overloaded            503 overloaded            with Retry-After
        └── KeysUnavailable       503 unavailable           with Retry-After
"""

from collections.abc import Sequence
from math import ceil
from typing import ClassVar

from inventory_stream.web import (
    BadGateway,
    Conflict,
    FieldError,
    InvalidRequest,
    Problem,
    TooManyRequests,
    Unavailable,
    UnprocessableRequest,
)


class NoRoute(Problem):
    """
    There is no such route; `/openapi.json` lists all of them.
    """

    status = 404
    kind = "not-found"


class MethodNotAllowed(Problem):
    """
    The route exists, but not for this method.
    """

    status = 405
    kind = "method-not-allowed"

    def __init__(self, allow: str) -> None:
        """
        Args:
            allow: methods that the route has, as in the header.
        """
        super().__init__()
        self.allow = allow


class BodyTooSlow(Problem):
    """
    The body of the request did not come in time.
    """

    status = 408
    kind = "body-too-slow"


class HeadersTooSlow(Problem):
    """
    The headers of the request did not come in time.
    """

    status = 408
    kind = "headers-too-slow"


class HeadersTooLarge(Problem):
    """
    Path, query and headers of a request are larger than the gateway reads.
    """

    status = 431
    kind = "headers-too-large"


class NotHttp(Problem):
    """
    This is no HTTP request, or one that two programs could read differently.
    """

    status = 400
    kind = "not-http"


class AmbiguousPath(InvalidRequest):
    """
    Two programs could read this path differently.
    """

    def __init__(self, reason: str) -> None:
        """
        Args:
            reason: what is ambiguous.
        """
        super().__init__(errors=[FieldError("path", "path", reason)])


class UpstreamFailed(BadGateway):
    """
    The service behind the gateway gave no usable answer.
    """

    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}


class UpstreamUnreachable(Unavailable):
    """
    The service behind the gateway cannot be reached.
    """


class Overloaded(Unavailable):
    """
    There is more to do than can be done: what leads to a purchase goes first.
    """

    kind = "overloaded"


class TooMany(TooManyRequests):
    """
    The caller, or their network, has asked more than it may.
    """

    def __init__(self, limits: Sequence[tuple[bytes, bytes]], wait_s: float) -> None:
        """
        Args:
            limits: headers that say what may be asked.
            wait_s: until another try makes sense.
        """
        super().__init__()
        self.limits = limits
        self.retry_after = b"%d" % max(1, ceil(wait_s))


class UpstreamTimeout(Problem):
    """
    The service behind the gateway did not answer in time.
    """

    status = 504
    kind = "upstream-timeout"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}


class StillRunning(Conflict):
    """
    The first request with this idempotency key has not been answered yet.
    """

    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}


class KeyReused(UnprocessableRequest):
    """
    This idempotency key was used for another request.
    """

    kind = "idempotency-key-reused"


class KeysUnavailable(Unavailable):
    """
    Idempotency keys cannot be checked at the moment; nothing was done.
    """
