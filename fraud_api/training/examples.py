"""
The stream as examples: each customer's counters, with the label that reviewers and banks gave.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlmodel import SQLModel

from fraud_api.counters import ACTIVITY, COUNTERS, LABELS, LINK_KINDS, MOST_OTHERS, TICKETS
from fraud_api.projection import FraudProjection
from fraud_api.tables import ActivityDay, ForgottenRow, LabelRow, LinkRow, TicketDay
from fraud_api.training.errors import TrainingError
from inventory_stream.log import Log
from inventory_stream.log.ranges import read_range
from inventory_stream.projection.definition import projection_topics
from inventory_stream.projection.driver import ProjectionDriver
from inventory_stream.projection.errors import TooManyDeadLetters
from inventory_stream.records import Delivered, type_name

_BATCH, _POLL_S, _SILENT_POLLS = 20_000, 0.5, 20
_AT = {name: place for place, name in enumerate(COUNTERS)}
Progress = Callable[[int, int], None]


class Examples(msgspec.Struct, frozen=True):
    """
    Customers to learn from, sorted by id.

    counters: of each the values of `counters.COUNTERS`.
    labels: 1 for abuse that was confirmed and not cleared, or a payment charged back by somebody not cleared; else 0:
        cleared, or never reviewed and so presumed ordinary, as nearly everybody is.
    records: how many records they were counted from.
    """

    customer_ids: list[str]
    counters: list[list[int]]
    labels: NDArray[np.int64]
    records: int


def read_batches(
    log: Log, topics: Collection[str], wanted: frozenset[str], progress: Progress = lambda _done, _total: None
) -> Iterator[list[Delivered]]:
    """
    Yield the records that lie in the topics now, in batches.

    Args:
        progress: told after each batch how many records were read, and about how many there are.

    Raises:
        TrainingError: the log has records but gives none.
    """
    starts, ends = log.start_positions(topics), log.end_positions(topics)
    done, total, silent = 0, sum(ends.values()) - sum(starts.values()), 0
    for batch in read_range(log, starts, ends, wanted, max_records=_BATCH, timeout_s=_POLL_S):
        silent = 0 if batch else silent + 1
        if silent > _SILENT_POLLS:
            raise TrainingError("the log has records that it does not give; is the broker well?")
        done += len(batch)
        progress(done, max(done, total))
        yield batch


def read_examples(log: Log, progress: Progress = lambda _done, _total: None) -> Examples:
    """
    Return what the whole stream tells about customers, counted by the fraud projection itself.

    Raises:
        TrainingError: too much of the stream cannot be read.
    """
    projection, driver, records = FraudProjection(), ProjectionDriver(FraudProjection), 0
    topics = [topic for topic in projection_topics(projection) if topic != "models"]
    wanted = frozenset(type_name(cls) for cls in projection.handlers() if cls.topic in topics)
    try:
        for batch in read_batches(log, topics, wanted, progress):
            driver.deliver(batch)
            records += len(batch)
    except TooManyDeadLetters as error:
        raise TrainingError(f"the stream cannot be learned from: {error}") from error
    return _examples(driver, records)


def _examples(driver: ProjectionDriver, records: int) -> Examples:
    forgotten = {row["customer_id"] for row in driver.rows(ForgottenRow)}
    counters: dict[str, list[int]] = defaultdict(lambda: [0] * len(COUNTERS))
    _add_days(counters, driver, ActivityDay, ACTIVITY, "activity_days")
    _add_days(counters, driver, TicketDay, TICKETS, "ticket_days")
    _add_links(counters, driver, forgotten)
    judged = {row["customer_id"]: row for row in driver.rows(LabelRow)}
    customer_ids = sorted(counters.keys() - forgotten)
    labels = np.array([label_of(judged.get(id)) for id in customer_ids], dtype=np.int64)
    return Examples(customer_ids, [counters[id] for id in customer_ids], labels, records)


def label_of(row: dict[str, Any] | None) -> int:
    """
    Return the label of a customer with these counts of `counters.LABELS`; see `Examples`.
    """
    chargebacks, confirmed, cleared = (row[name] for name in LABELS) if row else (0, 0, 0)
    return int(confirmed > cleared or (chargebacks > 0 and not cleared))


def _add_days(
    counters: dict[str, list[int]], driver: ProjectionDriver, model: type[SQLModel], names: tuple[str, ...], days: str
) -> None:
    for row in driver.rows(model):
        mine = counters[row["customer_id"]]
        mine[_AT[days]] += 1
        for name in names:
            mine[_AT[name]] += row[name]


def _add_links(counters: dict[str, list[int]], driver: ProjectionDriver, forgotten: Collection[str]) -> None:
    links = driver.rows(LinkRow)
    users = Counter((row["kind"], row["hash"]) for row in links if row["customer_id"] not in forgotten)
    for row in links:
        mine, kind = counters[row["customer_id"]], LINK_KINDS[row["kind"]]
        others = min(MOST_OTHERS, users[row["kind"], row["hash"]] - 1)
        mine[_AT[f"{kind}s"]] += 1
        mine[_AT[f"{kind}_others"]] = max(mine[_AT[f"{kind}_others"]], others)
