"""
Whom a route is for.
"""

import pytest

from inventory_stream.web import Forbidden, Unauthenticated
from inventory_stream.web.callers import check
from inventory_stream.web.identity import ANONYMOUS, ROLES, Identity


@pytest.mark.parametrize("audience", ROLES)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_own_and_what_is_for_fans(audience, role):
    """
    Every audience against every role: nothing but its own row and the fans'.
    """
    identity = Identity((role,), "key:1", ("v1",))

    if audience in ("fans", role):
        check(audience, identity, "v1")
    else:
        with pytest.raises(Forbidden, match=f"this is for {audience}"):
            check(audience, identity, "v1")


@pytest.mark.parametrize("audience", ["venues", "internal", "operators"])
@pytest.mark.parametrize("identity", [ANONYMOUS, Identity(subject="session:1")])
def test_nobody_in_particular_is_asked_who_they_are(audience, identity):
    """
    401, not 403: with a key it may open.
    """
    with pytest.raises(Unauthenticated):
        check(audience, identity, None)


def test_a_venue_sees_its_own_house():
    """
    Another venue is refused; a key for all venues sees each.
    """
    check("venues", Identity(("venues",), "key:1", ("*",)), "v2")

    with pytest.raises(Forbidden, match="may not see this venue"):
        check("venues", Identity(("venues",), "key:1", ("v1",)), "v2")
