"""
A run that is interrupted is legal, and its truth is that of the shorter run.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from inventory_stream.records import decode
from simulator.labelled import START
from simulator.performance import Performance, Wishes
from simulator.scenario import load_scenario
from simulator.truth.reading import read_truth, rows
from tests.support.replayed import replayed

DAYS = 6.0


def interrupted(folder, scenario: str, batches: int) -> tuple[Performance, list]:
    """
    Play a scenario with its truth, stop it after so many batches, and return all records that still come.
    """
    performance = Performance(Wishes(load_scenario(scenario), 4, START, DAYS, truth=folder))
    records = []
    for number, batch in enumerate(performance.batches(), 1):
        records += batch
        if number == batches:
            performance.stop.set()
    performance.finish()
    return performance, records


@pytest.mark.parametrize("batches", [1, 5, 12])
def test_an_interrupted_run_leaves_no_hold(audit, tmp_path, batches):
    """
    What is held is let go at once, and nothing else happens.
    """
    _, records = interrupted(tmp_path, "onsale", batches)
    auditor = audit([records])

    assert (auditor.problems, auditor.holds) == ([], {})


def test_the_truth_of_an_interrupted_run_is_that_of_its_records(tmp_path):
    """
    Places are as the records say, and the run ends when it was stopped.
    """
    performance, records = interrupted(tmp_path, "onsale", 8)
    truth = read_truth(tmp_path)
    (run,) = rows(truth, "run")
    said = {
        (row["event_id"], row["section"], row["seat"]): (row["state"], row["order_id"], row["customer_id"])
        for row in rows(truth, "final_places")
    }
    seats, _ = replayed(decode(e.topic, 0, n, e.key, e.value, e.headers) for n, e in enumerate(records))

    assert run["records"] == len(records)
    assert START < run["end"] < START + timedelta(days=DAYS)
    assert run["end"] == START + timedelta(days=performance.done)
    assert {seat: said[seat] for seat in seats} == seats != {}


def test_it_says_how_far_it_is(tmp_path):
    """
    Days that are over only ever grow, up to the length of the run.
    """
    performance = Performance(Wishes(load_scenario("quiet-week"), 4, START, DAYS))
    done = [performance.done for _ in performance.batches()]

    assert done == sorted(done)
    assert done[-1] <= DAYS
