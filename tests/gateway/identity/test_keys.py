"""
API keys: made once, kept as hashes, ended without a restart.
"""

import os
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from gateway.identity.command import app
from gateway.identity.keys import LOOK_S, ApiKeys, KeyFile, new_key, read_file, write_file
from inventory_stream.web import Unauthenticated
from inventory_stream.web.identity import ANONYMOUS, Identity, Signer, Verifier, read_private, read_public

NOW = datetime(2026, 6, 1, tzinfo=UTC)
VENUE = (("venues",), ("v1",))


class Clock:
    """
    Shows what it is set to, as seconds or as a time.
    """

    seconds = 0.0

    def __call__(self):
        """Seconds."""
        return self.seconds

    def now(self):
        """The time."""
        return NOW + timedelta(seconds=self.seconds)


@pytest.fixture
def path(tmp_path):
    """
    Where keys are kept.
    """
    return tmp_path / "keys.json"


def made(path, roles=("internal",), venues=(), **lifetime):
    """
    Add a key to the file; return it as its owner has it.
    """
    expires = NOW + timedelta(**lifetime) if lifetime else None
    key, kept = new_key("billing", roles, venues, expires, NOW)
    file = read_file(path)
    file.keys.append(kept)
    write_file(path, file)
    return key


def test_a_key_says_who_has_it(path):
    """
    Roles, venues, and an id that logs may show.
    """
    key = made(path, *VENUE)

    assert ApiKeys(path).find(key) == Identity(("venues",), f"key:{key[4:16]}", ("v1",))


def test_secrets_are_not_kept(path):
    """
    The file holds nothing that opens a door, and only its owner may read it.
    """
    key = made(path)

    assert key[17:] not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("change", [lambda key: key[:-1] + "!", lambda key: key[:-1], lambda key: "sst_" + "0" * 56])
def test_a_key_that_is_not_quite_right_opens_nothing(path, change):
    """
    Another secret, half a key, an id that nobody has.
    """
    key = made(path)

    with pytest.raises(Unauthenticated, match="not known"):
        ApiKeys(path).find(change(key))


def test_another_secret_under_a_known_id_opens_nothing(path):
    """
    The id alone is no key.
    """
    one, other = made(path), made(path)

    with pytest.raises(Unauthenticated, match="not known"):
        ApiKeys(path).find(one[:17] + other[17:])


def test_a_key_expires(path):
    """
    Good until its time, refused from then on.
    """
    key, clock = made(path, minutes=1), Clock()
    keys = ApiKeys(path, clock.now, clock)
    keys.find(key)
    clock.seconds = 60

    with pytest.raises(Unauthenticated, match="expired or was revoked"):
        keys.find(key)


def test_keys_come_and_go_while_it_runs(path):
    """
    A new key opens, and one that is taken out of the file opens no more, within a second.
    """
    clock = Clock()
    keys = ApiKeys(path, clock.now, clock)
    with pytest.raises(Unauthenticated):
        keys.find("sst_none")
    key = made(path)
    clock.seconds += LOOK_S
    keys.find(key)
    write_file(path, KeyFile())
    clock.seconds += LOOK_S

    with pytest.raises(Unauthenticated):
        keys.find(key)


def test_a_broken_file_changes_nothing(path, caplog):
    """
    Keys known so far stay good, and the log says why new ones are not.
    """
    key, clock = made(path), Clock()
    keys = ApiKeys(path, clock.now, clock)
    keys.find(key)
    path.write_text("{")
    clock.seconds += LOOK_S

    keys.find(key)
    assert "is not a file of API keys" in caplog.text


def test_a_file_that_cannot_be_looked_at_changes_nothing(path, caplog):
    """
    Keys known so far stay good and others stay closed, the log says so once, and the file is read when it is back.
    """
    key, clock = made(path), Clock()
    keys = ApiKeys(path, clock.now, clock)
    keys.find(key)
    aside = path.rename(path.with_name("aside"))
    path.symlink_to(path)  # a loop: not even the system's administrator can look at it
    for _ in range(3):
        clock.seconds += LOOK_S
        keys.find(key)
    with pytest.raises(Unauthenticated, match="not known"):
        keys.find("sst_none")
    aside.replace(path)
    other = made(path)
    clock.seconds += LOOK_S

    assert keys.find(other).roles == ("internal",)
    assert caplog.text.count("API keys are not read again") == 1


def test_a_file_that_goes_takes_its_keys_along(path):
    """
    No file, no keys.
    """
    key, clock = made(path), Clock()
    keys = ApiKeys(path, clock.now, clock)
    keys.find(key)
    path.unlink()
    clock.seconds += LOOK_S

    with pytest.raises(Unauthenticated):
        keys.find(key)


def test_without_a_file_nobody_has_a_key():
    """
    Closed unless opened.
    """
    with pytest.raises(Unauthenticated):
        ApiKeys(None).find("sst_" + "0" * 56)


def run(path, *arguments):
    """
    Run `seatstream keys`.
    """
    return CliRunner().invoke(app, [*arguments, "--file", str(path)])


def test_the_command_makes_a_key_that_opens(path):
    """
    What `create` prints is good, and `list` shows it without its secret.
    """
    key = run(path, "create", "box office", "--role", "venues", "--venue", "v1").stdout.strip()
    listed = run(path, "list").stdout

    assert ApiKeys(path).find(key).venues == ("v1",)
    assert "box office" in listed
    assert "good" in listed
    assert key[17:] not in listed


def test_the_command_ends_a_key(path):
    """
    Now, or later, so that the next one can be brought out first.
    """
    now, later = (run(path, "create", name, "--role", "internal").stdout.strip() for name in ("a", "b"))
    run(path, "revoke", now[4:16])
    run(path, "revoke", later[4:16], "--hours", "24")

    with pytest.raises(Unauthenticated):
        ApiKeys(path).find(now)
    assert ApiKeys(path).find(later).roles == ("internal",)
    listed = run(path, "list").stdout
    assert "revoked from" in listed


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create", "x", "--role", "kings"), "kings is none of"),
        (("create", "x", "--role", "venues"), "name a --venue"),
        (("create", "x", "--role", "internal", "--venue", "v1"), "name a --venue"),
        (("revoke", "000000000000"), "there is no file"),
    ],
)
def test_the_command_says_what_is_wrong(path, arguments, told):
    """
    A sentence, and an exit code that scripts see.
    """
    answer = run(path, *arguments)

    assert answer.exit_code == 2
    assert told in " ".join(answer.output.split())


def test_the_command_refuses_a_file_that_is_none(path):
    """
    It never writes over what it cannot read.
    """
    path.write_text("precious")

    assert run(path, "create", "x", "--role", "internal").exit_code == 2
    assert path.read_text() == "precious"


def test_the_command_shows_keys_that_are_over(path):
    """
    Expired ones say so.
    """
    made(path, days=-1)

    assert "expired" in run(path, "list").stdout


def test_the_command_makes_a_pair_once(tmp_path):
    """
    A gateway can sign with one half, services check with the other, and a second call changes nothing.
    """
    first = CliRunner().invoke(app, ["pair", str(tmp_path / "identity")])
    made = {path.name: path.read_text() for path in (tmp_path / "identity").iterdir()}
    CliRunner().invoke(app, ["pair", str(tmp_path / "identity")])

    assert first.exit_code == 0
    assert made.keys() == {"gateway.jwk", "gateway.jwks", "sessions"}
    assert made == {path.name: path.read_text() for path in (tmp_path / "identity").iterdir()}
    statement = Signer(read_private(tmp_path / "identity" / "gateway.jwk")).statement(ANONYMOUS, "venue_api")
    assert Verifier(read_public(tmp_path / "identity" / "gateway.jwks"), "venue_api").identity(statement) == ANONYMOUS


def test_revoking_again_opens_nothing(path):
    """
    A key that was revoked stays so when somebody gives it more hours.
    """
    key = made(path)
    for more in ((), ("--hours", "24")):
        run(path, "revoke", key[4:16], *more)

    with pytest.raises(Unauthenticated, match="expired or was revoked"):
        ApiKeys(path).find(key)


def test_a_file_whose_rights_were_mended_is_read(path):
    """
    Its content and time are as before: only its rights have changed.
    """
    key, clock = made(path), Clock()
    good = path.read_bytes()
    path.write_bytes(b"?" * len(good))
    before = path.stat()
    keys = ApiKeys(path, clock.now, clock)
    with pytest.raises(Unauthenticated):
        keys.find(key)
    path.write_bytes(good)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    clock.seconds += LOOK_S

    assert keys.find(key).roles == ("internal",)
