"""
A key to try things out with.
"""

from gateway.identity.demo import ensure_demo_key
from gateway.identity.keys import ApiKeys, read_file, write_file
from inventory_stream.web.identity import ROLES


def test_the_demo_key_opens_everything(tmp_path):
    """
    The header that curl is given names a key with every role, for all venues; nobody else may read it.
    """
    keys, header = tmp_path / "keys.json", tmp_path / "demo.header"
    ensure_demo_key(keys, header)

    name, _, key = header.read_text().strip().partition(": Bearer ")
    found = ApiKeys(keys).find(key)
    assert (name, found.roles, found.venues) == ("Authorization", ROLES, ("*",))
    assert header.stat().st_mode & 0o777 == 0o600


def test_the_demo_key_stays(tmp_path):
    """
    A second start changes nothing; a lost header or a lost key makes a new pair, and never a second demo key.
    """
    keys, header = tmp_path / "keys.json", tmp_path / "demo.header"
    ensure_demo_key(keys, header)
    first = header.read_text()
    ensure_demo_key(keys, header)
    assert header.read_text() == first

    header.unlink()
    ensure_demo_key(keys, header)
    second = header.read_text()
    write_file(keys, type(read_file(keys))())
    ensure_demo_key(keys, header)
    assert len({first, second, header.read_text()}) == 3
    assert len(read_file(keys).keys) == 1
