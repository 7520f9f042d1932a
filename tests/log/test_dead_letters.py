"""
Reading dead letters and sending them round again.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from letters import refuse
from views import NOON, spread, view

from inventory_stream.log import LogError
from inventory_stream.log.dead_letters import due, read_letters, retry
from inventory_stream.projection.applier import DeadLetter
from inventory_stream.projection.letters import dead_letter
from inventory_stream.records import Delivered, Encoded
from inventory_stream.testing import MemoryLog


def appended(log: MemoryLog, *records: Encoded) -> list[Delivered]:
    """
    Append to `activity` and read back all of it.
    """
    log.append(records)
    return log.read(log.start_positions(["activity"])).poll(10_000, 0)


def test_a_letter_written_twice_is_one() -> None:
    """
    Letters with the same id are one.
    """
    log = MemoryLog()
    (record,) = appended(log, view(1))
    refuse(log, record)
    refuse(log, record)

    assert len(read_letters(log)) == 1


def test_a_retry_repeats_the_original_for_one_projection() -> None:
    """
    Bytes, key and partition are those of the original; id and one more header say that it is a retry, and for whom.
    """
    log = MemoryLog()
    (record,) = appended(log, msgspec.structs.replace(view(1), partition=5))
    refuse(log, record)

    retry(log, read_letters(log))

    original, again = appended(log)
    assert (again.key, again.value, again.partition) == (original.key, original.value, 5)
    assert again.id == "1~retry1"
    assert dict(again.headers) == {**dict(original.headers), "ce_id": b"1~retry1", "ce_retryfor": b"fraud"}


def test_a_letter_is_due_until_it_was_retried() -> None:
    """
    After a retry nothing is due.
    """
    log = MemoryLog()
    for record in appended(log, *spread(20)):
        refuse(log, record)

    letters = due(log, read_letters(log))
    retry(log, letters)

    assert len(letters) == 20
    assert due(log, read_letters(log)) == []


def test_a_retry_that_was_refused_is_due_again_under_the_next_number() -> None:
    """
    Only the newest letter of a record is due, and its retry has an id of its own.
    """
    log = MemoryLog()
    refuse(log, appended(log, view(1))[0])
    retry(log, due(log, read_letters(log)))
    refuse(log, appended(log)[1])

    retry(log, due(log, read_letters(log)))

    assert [record.id for record in appended(log)] == ["1", "1~retry1", "1~retry2"]


def test_the_letter_of_a_rebuilt_version_is_not_newer_than_a_retry() -> None:
    """
    A rebuild refuses the original anew; what is due is still the last retry.
    """
    log = MemoryLog()
    original = appended(log, view(1))[0]
    refuse(log, original)
    retry(log, due(log, read_letters(log)))
    refuse(log, appended(log)[1])
    log.append([dead_letter("fraud", 2, DeadLetter(original, "still wrong"), NOON + timedelta(days=1))])

    assert [letter.record.original_id for letter in due(log, read_letters(log))] == ["1~retry1"]


def test_what_is_no_letter_is_passed_over() -> None:
    """
    A record among the dead letters that is none is in nobody's way.
    """
    log = MemoryLog()
    (record,) = appended(log, view(1))
    log.append([Encoded("dead-letters", b"", b"no letter", [], 0)])
    refuse(log, record)

    assert [letter.record.original_id for letter in read_letters(log)] == ["1"]


def test_letters_of_two_projections_are_retried_for_each() -> None:
    """
    A record that two projections refused goes round once for each.
    """
    log = MemoryLog()
    (record,) = appended(log, view(1))
    refuse(log, record, "fraud")
    refuse(log, record, "venue")

    retry(log, due(log, read_letters(log)))

    assert {dict(found.headers).get("ce_retryfor") for found in appended(log)} == {None, b"fraud", b"venue"}


def test_a_record_without_an_id_cannot_be_retried() -> None:
    """
    Without an id, a retry could not be told from the original.
    """
    log = MemoryLog()
    refuse(log, appended(log, msgspec.structs.replace(view(1), headers=[]))[0])

    with pytest.raises(LogError, match="has no id"):
        retry(log, read_letters(log))
