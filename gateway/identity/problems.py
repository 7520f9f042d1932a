"""
What the door says to those it does not know or does not let through.

    Problem
    ├── Unauthenticated           401 unauthenticated       with WWW-Authenticate
    ├── Forbidden                 403 forbidden
    └── Unavailable
        └── ProviderUnreachable   503 unavailable           with Retry-After
"""

from typing import ClassVar

from inventory_stream.web import Problem, Unavailable


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


class ProviderUnreachable(Unavailable):
    """
    The token cannot be checked: the identity provider cannot be reached at the moment.
    """
