"""
`seatstream keys`, by several people at once.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import typer

from gateway.identity.command import create, revoke
from gateway.identity.demo import NAME, ensure_demo_key
from gateway.identity.keys import ApiKeys, read_file

AT_ONCE = 24


def at_once(*acts):
    """
    Do all of these together; what one raises is raised.
    """
    start = Barrier(len(acts))

    def run(act):
        start.wait()
        act()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


def creation(path, name):
    """
    What makes a key.
    """
    return lambda: create(name, ["internal"], None, 1, path)


def test_keys_that_are_made_at_once_are_all_kept(tmp_path):
    """
    None is lost because another was read before it and written after it; also where there was no folder yet.
    """
    path = tmp_path / "new" / "keys.json"
    names = [f"name {number}" for number in range(AT_ONCE)]
    at_once(*(creation(path, name) for name in names))

    assert sorted(key.name for key in read_file(path).keys) == sorted(names)


def test_a_key_that_is_revoked_while_others_are_made_stays_revoked(tmp_path):
    """
    A lost end would leave a door open.
    """
    path = tmp_path / "keys.json"
    for number in range(AT_ONCE):
        creation(path, f"old {number}")()
    old = [key.id for key in read_file(path).keys]
    ends = [lambda key=key: revoke(key, 0, path) for key in old]
    at_once(*ends, *(creation(path, "new") for _ in range(AT_ONCE)))

    ended = {key.id for key in read_file(path).keys if key.revoked_at}
    assert ended == set(old)
    assert len(read_file(path).keys) == 2 * AT_ONCE


def test_a_demo_key_is_made_beside_others(tmp_path):
    """
    Gateways that start while keys are made lose none, and the header of all of them opens.
    """
    path, header = tmp_path / "keys.json", tmp_path / "demo.header"
    starts = [lambda: ensure_demo_key(path, header)] * AT_ONCE
    at_once(*starts, *(creation(path, "billing") for _ in range(AT_ONCE)))

    names = [key.name for key in read_file(path).keys]
    assert (names.count(NAME), names.count("billing")) == (1, AT_ONCE)
    assert ApiKeys(path).find(header.read_text().split()[-1]).venues == ("*",)


def test_only_keys_that_are_there_can_be_revoked(tmp_path):
    """
    An id with a mistake in it is told; for a file with one in its name nothing is made.
    """
    path, elsewhere = tmp_path / "keys.json", tmp_path / "elsewhere" / "keys.json"
    create("x", ["internal"], file=path)

    with pytest.raises(typer.BadParameter, match="there is no key 000000000000"):
        revoke("000000000000", 0, path)
    with pytest.raises(typer.BadParameter, match="there is no file"):
        revoke("000000000000", 0, elsewhere)
    assert not elsewhere.parent.exists()
