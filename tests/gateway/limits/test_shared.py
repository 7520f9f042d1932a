"""
Token buckets on a real Redis, and what happens when it is away.
"""

import asyncio
import signal
import time

import pytest
from redises import redis_server
from upstreams import closed_url

from gateway.limits import shared
from gateway.limits.classes import Budget
from gateway.limits.limiter import Caller, Limiter
from gateway.limits.shared import SharedBuckets
from gateway.problems import TooMany
from inventory_stream.local.ports import free_port

# So slow that nothing comes back during a test.
BUDGET = Budget(100, 0.001)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A running server; give its process and URL."""
    with redis_server(tmp_path_factory.mktemp("redis")) as found:
        yield found


async def take(buckets, key, spare=0.0):
    """Take a token, asking the server where that is needed."""
    for _ in range(3):
        taken = buckets.take(key, BUDGET, spare)
        if taken is not None:
            return taken
        await buckets.fetch(key, BUDGET)
    raise AssertionError("nobody can tell")


def with_buckets(url, scenario, number=1):
    """Run a scenario with the buckets of some gateways."""

    async def run():
        gateways = [SharedBuckets(url, time.monotonic) for _ in range(number)]
        try:
            await scenario(*gateways)
        finally:
            for gateway in gateways:
                await gateway.close()

    asyncio.run(run())


def test_gateways_count_together(server):
    """Two gateways that share a bucket give no more than it has, and all of it."""

    async def scenario(one, other):
        granted = 0
        for _ in range(100):
            granted += (await take(one, "together")).granted + (await take(other, "together")).granted

        assert granted == BUDGET.burst

    with_buckets(server[1], scenario, 2)


def test_the_server_is_asked_once_for_many(server):
    """A lot of tokens is taken out and spent without asking."""

    async def scenario(buckets):
        await take(buckets, "lot")

        assert [buckets.take("lot", BUDGET).granted for _ in range(4)] == [True] * 4
        assert buckets.take("lot", BUDGET) is None

    with_buckets(server[1], scenario)


def test_an_empty_bucket_says_how_long_to_wait(server):
    """What was refused comes with the time until there is a token."""

    async def scenario(buckets):
        while (taken := await take(buckets, "empty")).granted:
            pass

        assert 900 < taken.wait_s <= 1000

    with_buckets(server[1], scenario)


def test_some_can_be_spared_together(server):
    """Half of the bucket is not given to those who must leave it, and is to others."""

    async def scenario(buckets):
        heavy = 0
        while (await take(buckets, "spared", spare=50)).granted:
            heavy += 1

        assert heavy == 50
        assert (await take(buckets, "spared")).granted

    with_buckets(server[1], scenario)


def test_a_token_goes_back_into_the_lot(server):
    """What was taken for nothing is spent by the next one."""

    async def scenario(buckets):
        for _ in range(5):
            await take(buckets, "back")
        buckets.give_back("back")

        assert buckets.take("back", BUDGET).granted
        assert buckets.take("back", BUDGET) is None

    with_buckets(server[1], scenario)


def test_a_limiter_waits_for_what_it_must_ask(server):
    """The budgets of caller and network hold across gateways."""

    async def scenario(one, other):
        limiters = [Limiter(one, 1), Limiter(other, 1)]
        granted = 0
        for number in range(80):
            try:
                await limiters[number % 2].check(Caller("a", "10.0.0.1"), "search")
            except TooMany:
                continue
            granted += 1

        assert 18 <= granted <= 24

    with_buckets(server[1], scenario, 2)


@pytest.mark.parametrize("how", ["down", "frozen"])
def test_without_the_server_each_gateway_counts_alone(server, how, caplog):
    """Nobody is refused because the server is away, the budget still holds, and it is said once in the log."""

    async def scenario(buckets):
        begun = time.monotonic()
        taken = [(await take(buckets, "away")).granted for _ in range(150)]

        assert sum(taken) == BUDGET.burst
        assert buckets.away
        assert time.monotonic() - begun < 2

    process, url = server
    if how == "down":
        with_buckets(closed_url().replace("http", "redis"), scenario)
    else:
        process.send_signal(signal.SIGSTOP)
        with_buckets(url, scenario)
        process.send_signal(signal.SIGCONT)
    assert caplog.text.count("counted by this gateway alone") == 1


def test_a_server_that_comes_back_is_used_again(tmp_path, monkeypatch):
    """It is looked for by no request, and counted on again once it is there."""
    monkeypatch.setattr(shared, "AGAIN_S", 0.01)
    port = free_port()

    async def scenario(buckets):
        await take(buckets, "again")
        alone = buckets.away
        with redis_server(tmp_path, port):
            await buckets._search
            taken = await take(buckets, "again")

        assert (alone, taken.granted, taken.left) == (True, True, BUDGET.burst - 1)

    with_buckets(f"redis://127.0.0.1:{port}", scenario)
