"""
What the gateway tells services about who asks: believed from the gateway alone, for a moment, by the one it is meant for.
"""

import json
from base64 import b64encode

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey

from inventory_stream.web.identity import (
    ALGORITHM,
    ANONYMOUS,
    LEEWAY_S,
    LIFETIME_S,
    Identity,
    NotIdentified,
    OutOfTime,
    Signer,
    Verifier,
    generate_key,
    read_private,
    read_public,
    write_pair,
)

VENUE = Identity(("venues",), "key:1", ("v1", "v2"))
KEY = generate_key()
OTHER = generate_key()


class Clock:
    """
    Shows what it is set to.
    """

    def __init__(self, seconds=0):
        self.now = 1_800_000_000.0 + seconds

    def __call__(self):
        """The time."""
        return self.now


@pytest.fixture
def clock():
    """
    A clock for both sides.
    """
    return Clock()


def public(*keys):
    """
    What services know.
    """
    return KeySet.import_key_set({"keys": [key.as_dict(private=False) for key in keys]})


def verifier(clock, *keys, service="venue_api"):
    """
    A service that knows these keys.
    """
    return Verifier(public(*(keys or (KEY,))), service, clock)


@pytest.mark.parametrize("identity", [ANONYMOUS, VENUE, Identity(("internal", "operators"), "user:7")])
def test_a_service_believes_the_gateway(clock, identity):
    """
    Roles, subject and venues arrive, the first time and again.
    """
    statement = Signer(KEY, clock).statement(identity, "venue_api")
    service = verifier(clock)

    assert service.identity(statement) == identity
    assert service.identity(statement) == identity


def test_a_statement_is_made_once_for_a_while(clock):
    """
    Signing costs more than a lookup; half a lifetime later there is a new one.
    """
    signer = Signer(KEY, clock)
    first = signer.statement(VENUE, "venue_api")
    same = signer.statement(VENUE, "venue_api")
    clock.now += LIFETIME_S / 2

    assert first == same
    assert signer.statement(VENUE, "venue_api") != first


def test_a_statement_ends(clock):
    """
    What was believed a moment ago is not believed after its time, give or take what clocks differ.
    """
    statement = Signer(KEY, clock).statement(VENUE, "venue_api")
    service = verifier(clock)
    clock.now += LIFETIME_S + LEEWAY_S - 1
    service.identity(statement)
    clock.now += 2

    with pytest.raises(NotIdentified):
        service.identity(statement)


@pytest.mark.parametrize("seconds", [LEEWAY_S, -LIFETIME_S - LEEWAY_S + 1])
def test_clocks_may_differ_a_little(clock, seconds):
    """
    A gateway that is a little ahead or behind is believed.
    """
    statement = Signer(KEY, Clock(seconds)).statement(VENUE, "venue_api")

    assert verifier(clock).identity(statement) == VENUE


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(LEEWAY_S + 7, "of 12 s in the future"), (-LIFETIME_S - LEEWAY_S, "35 s old"), (3600, "of 3600 s in the future")],
)
def test_clocks_may_not_differ_more(clock, seconds, told):
    """
    What is said then is how old the statement is by the service's clock.
    """
    statement = Signer(KEY, Clock(seconds)).statement(VENUE, "venue_api")

    with pytest.raises(OutOfTime, match=told):
        verifier(clock).identity(statement)


def test_a_clock_that_is_set_back_makes_new_statements(clock):
    """
    What was made in the future is not given again; what a service believed then, it asks about anew.
    """
    signer, service = Signer(KEY, clock), verifier(clock)
    clock.now += 3600
    early = signer.statement(VENUE, "venue_api")
    service.identity(early)
    clock.now -= 3600

    assert service.identity(signer.statement(VENUE, "venue_api")) == VENUE
    with pytest.raises(OutOfTime):
        service.identity(early)


def test_a_head_that_makes_no_sense_is_refused(clock):
    """
    Callers choose what is in it; none of it is a fault of the service.
    """
    payload = b64encode(b"{}").decode().rstrip("=")
    for head in ({"alg": ALGORITHM, "kid": KEY.kid, "crit": 5}, {"alg": ALGORITHM, "kid": [1]}, {"alg": 7}, 5, None):
        made = b64encode(json.dumps(head).encode()).decode().rstrip("=")
        with pytest.raises(NotIdentified):
            verifier(clock).identity(f"{made}.{payload}.{'A' * 86}".encode())


def test_a_statement_is_for_one_service(clock):
    """
    A service cannot use what it was told to speak to another.
    """
    statement = Signer(KEY, clock).statement(VENUE, "venue_api")

    with pytest.raises(NotIdentified):
        verifier(clock, service="fraud_api").identity(statement)


def test_only_the_gateway_is_believed(clock):
    """
    Another key, no key at all, a shared secret in place of one, and noise.
    """
    claims = {"aud": "venue_api", "exp": int(clock.now) + 10, "sub": "", "roles": ["operators"]}
    secret = OctKey.import_key("0" * 64)
    forged = (
        Signer(OTHER, clock).statement(VENUE, "venue_api"),
        jwt.encode({"alg": "HS256", "kid": KEY.kid}, claims, secret).encode(),
        b"eyJhbGciOiJub25lIn0.e30.",
        b"",
        "ü".encode(),
    )

    for statement in forged:
        with pytest.raises(NotIdentified):
            verifier(clock).identity(statement)


@pytest.mark.parametrize(
    "claims", [{"roles": ["gods"]}, {"roles": "fans"}, {"sub": 1}, {"exp": "soon"}, {"exp": None}, {"iat": None}]
)
def test_a_statement_that_makes_no_sense_is_refused(clock, claims):
    """
    Signed well, but with claims that mean nothing.
    """
    times = {"iat": int(clock.now), "exp": int(clock.now) + 10}
    sound = {"aud": "venue_api", "sub": "", "roles": ["fans"], **times} | claims
    header = {"alg": ALGORITHM, "kid": KEY.kid}
    statement = jwt.encode(header, {k: v for k, v in sound.items() if v is not None}, KEY, algorithms=[ALGORITHM])

    with pytest.raises(NotIdentified):
        verifier(clock).identity(statement.encode())


def test_keys_are_replaced_without_a_gap(clock):
    """
    A service that knows the old and the new key believes both.
    """
    service = verifier(clock, KEY, OTHER)

    assert service.identity(Signer(KEY, clock).statement(VENUE, "venue_api")) == VENUE
    assert service.identity(Signer(OTHER, clock).statement(VENUE, "venue_api")) == VENUE


def test_a_pair_of_files(tmp_path, clock):
    """
    What is written for the gateway and its services works, and the private half is its owner's alone.
    """
    private, published = tmp_path / "identity.json", tmp_path / "identity.jwks"
    write_pair(private, published)

    statement = Signer(read_private(private), clock).statement(VENUE, "venue_api")
    assert Verifier(read_public(published), "venue_api", clock).identity(statement) == VENUE
    assert private.stat().st_mode & 0o777 == 0o600
    assert "d" not in json.loads(published.read_text())["keys"][0]


def test_files_that_hold_no_keys_are_told(tmp_path):
    """
    The error names the file and what is wrong with it.
    """
    wrong = tmp_path / "wrong.json"
    for text in ("{}", "[]", '{"keys": []}', '{"kty": "OKP"}', json.dumps(KEY.as_dict(private=False))):
        wrong.write_text(text)
        with pytest.raises(ValueError, match=r"wrong\.json holds"):
            read_private(wrong)
    for text in ("{}", "[]", '{"keys": []}', '{"keys": [{"kty": "OKP"}]}'):
        wrong.write_text(text)
        with pytest.raises(ValueError, match=r"wrong\.json holds"):
            read_public(wrong)
