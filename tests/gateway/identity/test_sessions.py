"""
Sessions of fans: given by a gateway, believed by all of them, no more.
"""

import pytest

from gateway.identity.sessions import COOKIE, LIFETIME_S, Sessions

SECRET = b"s" * 32


class Clock:
    """
    Shows what it is set to.
    """

    now = 1_800_000_000.0

    def __call__(self):
        """The time."""
        return self.now


def pair(header):
    """
    What the browser sends back of a `Set-Cookie` header.
    """
    return header.split(b";")[0]


def test_a_session_is_recognised_by_every_gateway():
    """
    Another process with the same secret knows it, among other cookies.
    """
    identifier, header = Sessions(SECRET, secure=True).issue()

    assert Sessions(SECRET, secure=True).read(b"a=1; " + pair(header)) == identifier
    assert len(identifier) == 32


def test_sessions_differ():
    """
    Each is new.
    """
    sessions = Sessions(SECRET, secure=True)

    assert sessions.issue()[0] != sessions.issue()[0]


@pytest.mark.parametrize(("secure", "ending"), [(True, b"; HttpOnly; SameSite=Lax; Secure"), (False, b"SameSite=Lax")])
def test_scripts_and_other_sites_do_not_get_it(secure, ending):
    """
    The cookie is for the server alone, and for HTTPS alone where there is HTTPS.
    """
    assert Sessions(SECRET, secure=secure).issue()[1].endswith(ending)


def test_a_session_ends():
    """
    After its lifetime it is nobody's.
    """
    clock = Clock()
    sessions = Sessions(SECRET, secure=True, clock=clock)
    cookie = pair(sessions.issue()[1])
    clock.now += LIFETIME_S

    assert sessions.read(cookie) == ""


def test_quotes_are_not_read():
    """
    Nobody gave a session in quotes; Python's own reader takes seconds for some of them, in which nobody else is answered.
    """
    sessions = Sessions(SECRET, secure=True)
    name, value = pair(sessions.issue()[1]).split(b"=")

    assert sessions.read(name + b'="' + value + b'"') == ""
    assert sessions.read(name + b'="' + b"\\" * 48_000 + b'"') == ""


@pytest.mark.parametrize(
    "cookie",
    [
        b"",
        b"other=1",
        f"{COOKIE}=".encode(),
        f"{COOKIE}=a.9999999999.0".encode(),
        f"{COOKIE}=a.x.0".encode(),
        f"{COOKIE}=a.\xb2.0".encode("latin-1"),
        f"{COOKIE}=\xff".encode("latin-1"),
        b";;;=",
    ],
)
def test_what_nobody_gave_is_no_session(cookie):
    """
    Made-up ids, half cookies and noise.
    """
    assert Sessions(SECRET, secure=True).read(cookie) == ""


def test_a_session_cannot_be_changed_or_lengthened():
    """
    Id and end are signed; another secret knows none of it.
    """
    header = pair(Sessions(SECRET, secure=True).issue()[1]).decode()
    name, value = header.split("=")
    identifier, expires, signature = value.split(".")
    forged = (f"{'0' * 32}.{expires}.{signature}", f"{identifier}.{int(expires) + 1}.{signature}")

    for changed in forged:
        assert Sessions(SECRET, secure=True).read(f"{name}={changed}".encode()) == ""
    assert Sessions(b"o" * 32, secure=True).read(header.encode()) == ""
