"""
What everybody may ask costs the services no more for being asked by many.
"""

import asyncio

import pytest

from gateway.recent import Recent


class Question:
    """
    Counts how often it is put, and answers when told to.
    """

    def __init__(self):
        self.put = 0
        self.now = 0.0
        self.may_answer = asyncio.Event()
        self.fails = False

    async def ask(self):
        """Answer with how often it was put."""
        self.put += 1
        await self.may_answer.wait()
        if self.fails:
            raise OSError("no answer")
        return self.put

    def recent(self, **options):
        """The question, put once a second at most."""
        return Recent(self.ask, 1.0, lambda: self.now, **options)


def test_many_who_ask_at_once_put_one_question():
    """
    They share what comes; so does whoever asks within the time that it is kept.
    """

    async def run():
        question = Question()
        recent = question.recent()
        waiting = [asyncio.create_task(recent.get()) for _ in range(10)]
        await asyncio.sleep(0)
        question.may_answer.set()
        answers = await asyncio.gather(*waiting)
        question.now = 0.99
        answers.append(await recent.get())
        question.now = 1.0
        return [*answers, await recent.get()]

    assert asyncio.run(run()) == [1] * 11 + [2]


def test_age_counts_from_the_question():
    """
    What took long to find out is as old as the question: it may be out of date at once.
    """

    async def run():
        question = Question()
        recent = question.recent()
        first = asyncio.create_task(recent.get())
        await asyncio.sleep(0)
        question.now = 5.0
        question.may_answer.set()
        return [await first, await recent.get()]

    assert asyncio.run(run()) == [1, 2]


def test_who_leaves_takes_nothing_from_the_others():
    """
    The question goes on when the one who put it first is gone.
    """

    async def run():
        question = Question()
        recent = question.recent()
        gone, waiting = asyncio.create_task(recent.get()), asyncio.create_task(recent.get())
        await asyncio.sleep(0)
        gone.cancel()
        question.may_answer.set()
        return await waiting

    assert asyncio.run(run()) == 1


def test_a_failure_is_everybodys_and_not_kept():
    """
    All who wait hear of it; the next one asks again.
    """

    async def run():
        question = Question()
        recent = question.recent()
        question.may_answer.set()
        question.fails = True
        found = await asyncio.gather(recent.get(), recent.get(), return_exceptions=True)
        question.fails = False
        return [type(error) for error in found], await recent.get()

    assert asyncio.run(run()) == ([OSError, OSError], 2)


def test_what_is_not_worth_it_is_not_kept():
    """
    An incomplete answer is given to those who wait, and asked for again.
    """

    async def run():
        question = Question()
        question.may_answer.set()
        recent = question.recent(worth=lambda answer: answer > 1)
        return [await recent.get() for _ in range(3)]

    assert asyncio.run(run()) == [1, 2, 2]


@pytest.mark.parametrize("path", ["/status", "/openapi.json"])
def test_a_page_that_is_reloaded_asks_the_services_once(gateway, services, path):
    """
    The gateway's own pages are no way to keep the services busy.
    """
    client = gateway(**{f"{name}_url": service.url for name, service in services.items()}, status_cache_s=60)
    answers = {client.get(path).content for _ in range(5)}

    assert len(answers) == 1
    assert [service.seen for service in services.values()] == [1, 1, 1]
