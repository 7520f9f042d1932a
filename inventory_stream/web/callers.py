"""
Whom a route is for: asked by the gateway, and again by the service itself.
"""

from collections.abc import Callable

from starlette.requests import Request

from inventory_stream.web.identity import Identity, Role
from inventory_stream.web.problems import Forbidden, Unauthenticated


def check(audience: Role, identity: Identity, venue_id: str | None) -> None:
    """
    Refuse who a route is not for. What is for fans is for everybody.

    Args:
        venue_id: the venue that the path names; None when it names none.

    Raises:
        Unauthenticated: nobody is known, so nothing can be allowed.
        Forbidden: the caller has another role, or the venue is not theirs.
    """
    if audience == "fans":
        return
    if audience not in identity.roles:
        if identity.roles == ("fans",) and not identity.subject.startswith(("user:", "key:")):
            raise Unauthenticated
        raise Forbidden(f"this is for {audience}, and the caller is of {', '.join(identity.roles)}")
    if venue_id is not None and not {venue_id, "*"} & {*identity.venues}:
        raise Forbidden("the caller may not see this venue")


def only_for(audience: Role) -> Callable[[Request], None]:
    """
    Return a dependency that refuses who a route is not for. A service that was given no keys of a gateway asks nobody.
    """

    def check_caller(request: Request) -> None:
        """Refuse who this is not for."""
        identity: Identity | None = request.scope.get("identity")
        if identity is not None:
            check(audience, identity, request.path_params.get("venue_id"))

    return check_caller
