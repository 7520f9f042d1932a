"""
A gradient-boosted model on what `fraud_api` counts, before and after abusers change their ways.

The scenario `strategy-switch` is cut into windows of days. The model learns from the labels that the stream had told by
the day of the switch, and is judged by the truth, on customers it has not seen, for each strategy apart: in the windows
before the switch, after it, and once more when it has learned from what was found out since.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import report
from fraud_api.counters import columns
from fraud_api.features import FEATURES, feature_matrix
from fraud_api.training.examples import label_of, read_examples
from inventory_stream.records.feedback import AbuseCleared, AbuseConfirmed, FeedbackRecord, PaymentChargedBack
from inventory_stream.testing import MemoryLog
from simulator.customers import ORDINARY
from simulator.journal import Happening, encoded
from simulator.scenario import Scenario, load_scenario
from simulator.simulation import simulate
from simulator.truth import Truth

START = datetime(2026, 1, 5, tzinfo=UTC)
WINDOW_DAYS = 14
RELEARNED_DAY = 70
SEED = 1
LEAST_AUC, MOST_AUC = 0.93, 0.985
FALSE_POSITIVES = 0.01
LABELS: dict[type[FeedbackRecord], str] = {
    PaymentChargedBack: "chargebacks",
    AbuseConfirmed: "abuse_confirmed",
    AbuseCleared: "abuse_cleared",
}


class Window(NamedTuple):
    """
    What customers did in some days, and what they really were.

    ends_day: days since the scenario's start. labels: what the stream had told about anybody by then.
    """

    ends_day: int
    customer_ids: list[str]
    matrix: NDArray[np.float32]
    kinds: list[frozenset[str]]
    labels: dict[str, dict[str, int]]


class Quality(NamedTuple):
    """
    How well a model ranks the people of one strategy above ordinary ones. recall: at 1 % false positives.
    """

    people: int
    auc: float
    average_precision: float
    recall: float


class Days:
    """
    A sink of the truth that keeps who acted as what on which day.
    """

    def __init__(self) -> None:
        self.acted: dict[str, set[tuple[Any, str]]] = defaultdict(set)

    def write(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """
        Take some rows.
        """
        for day, customer_id, kind in rows if table == "customers_by_day" else ():
            self.acted[customer_id].add((day, kind))

    def close(self) -> None:
        """
        Hear that there are no more.
        """


def windows(scenario: Scenario, seed: int) -> list[Window]:
    """
    Play the scenario and return its windows, in order.
    """
    days = Days()
    run = simulate(scenario, seed, START, truth=Truth(days))
    found, known = [], defaultdict[str, dict[str, int]](lambda: dict.fromkeys(LABELS.values(), 0))
    for ends_day in range(WINDOW_DAYS, int(scenario.days) + 1, WINDOW_DAYS):
        batches = run.batches(until=START + timedelta(days=ends_day))
        log = _log_of(_labels_aside(batches, known), run.source)
        examples = read_examples(log)
        matrix = feature_matrix(columns(examples.counters), tuple(FEATURES))
        labels = {customer_id: dict(counts) for customer_id, counts in known.items()}
        found.append(Window(ends_day, examples.customer_ids, matrix, [], labels))
    run.close()
    return [window._replace(kinds=_kinds(window, days)) for window in found]


def _labels_aside(batches: Iterable[list[Happening]], known: dict[str, dict[str, int]]) -> Iterator[list[Happening]]:
    """
    Yield what happened without labels, which are counted in `known`.
    """
    for batch in batches:
        for record in (happening.record for happening in batch):
            if isinstance(record, FeedbackRecord) and type(record) in LABELS:
                known[record.customer_id][LABELS[type(record)]] += 1
        yield [happening for happening in batch if happening.record.topic in {"activity", "inventory"}]


def _log_of(batches: Iterable[list[Happening]], source: str) -> MemoryLog:
    log = MemoryLog()
    for batch in batches:
        log.append(encoded(batch, source))
    return log


def _kinds(window: Window, days: Days) -> list[frozenset[str]]:
    """
    Return what each customer of a window was in it; nothing for those whose tickets alone moved.
    """
    last = (START + timedelta(days=window.ends_day)).date()
    first = last - timedelta(days=WINDOW_DAYS)
    return [
        frozenset(kind for day, kind in days.acted[customer_id] if first <= day < last)
        for customer_id in window.customer_ids
    ]


def held_out(customer_id: str) -> bool:
    """
    Return whether a customer is kept from learning: half of them, whatever the window.
    """
    return bool(hashlib.blake2b(customer_id.encode(), digest_size=1).digest()[0] & 1)


def learn(seen: Sequence[Window]) -> Any:
    """
    Return a model of these windows, with the labels that were told by the end of the last.
    """
    from xgboost import XGBClassifier

    told = seen[-1].labels
    rows = [
        (window.matrix[place], label_of(told.get(customer_id)))
        for window in seen
        for place, customer_id in enumerate(window.customer_ids)
        if not held_out(customer_id)
    ]
    model = XGBClassifier(
        n_estimators=60, max_depth=4, learning_rate=0.15, tree_method="hist", n_jobs=1, random_state=0
    )
    model.fit(np.stack([row for row, _ in rows]), [label for _, label in rows])
    return model


def judge(model: Any, seen: Sequence[Window], strategies: Collection[str]) -> Quality:
    """
    Return how well the model tells the people of these strategies from ordinary ones in these windows.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    rows, truth = [], []
    for window in seen:
        for place, customer_id in enumerate(window.customer_ids):
            kinds = window.kinds[place]
            guilty = not kinds.isdisjoint(strategies)
            if held_out(customer_id) and (guilty or kinds == {ORDINARY}):
                rows.append(window.matrix[place])
                truth.append(guilty)
    scores, marked = np.asarray(model.predict_proba(np.stack(rows))[:, 1]), np.array(truth)
    bar = np.quantile(scores[~marked], 1 - FALSE_POSITIVES)
    return Quality(
        int(marked.sum()),
        float(roc_auc_score(marked, scores)),
        float(average_precision_score(marked, scores)),
        float((scores[marked] > bar).mean()),
    )


class Experiment:
    """
    The windows of a run, a model that learned before the switch, and one that learned again later.

    known: strategies that are played before the switch. unchanged: those of them that go on as they are. new: those
        that begin with it.
    """

    def __init__(self, scenario: Scenario, seed: int, relearned_day: int = RELEARNED_DAY) -> None:
        switch = max(plan.from_day for plan in scenario.strategies)
        self.known = sorted({plan.strategy for plan in scenario.strategies if plan.from_day < switch})
        self.unchanged = sorted(
            {plan.strategy for plan in scenario.strategies if not plan.from_day and not plan.to_day}
        )
        self.new = sorted({plan.strategy for plan in scenario.strategies if plan.from_day >= switch})
        found = windows(scenario, seed)
        self.before = [window for window in found if window.ends_day <= switch]
        self.after = [window for window in found if switch < window.ends_day <= relearned_day]
        self.late = [window for window in found if window.ends_day > relearned_day]
        self.model = learn(self.before)
        self.relearned = learn([*self.before, *self.after])

    def phases(self) -> Mapping[str, tuple[Any, Sequence[Window]]]:
        """
        Return phase → a model and the windows it is judged on.
        """
        return {
            "before": (self.model, self.before),
            "after": (self.model, self.after),
            "late": (self.model, self.late),
            "relearned": (self.relearned, self.late),
        }

    def judge(self, phase: str, strategies: Collection[str]) -> Quality:
        """
        Return how good the phase's model is for these strategies.
        """
        model, seen = self.phases()[phase]
        return judge(model, seen, strategies)

    def played(self, strategy: str, phase: str) -> bool:
        """
        Return whether anybody held out did it in the windows of the phase.
        """
        _, seen = self.phases()[phase]
        return any(
            strategy in kinds and held_out(customer_id)
            for window in seen
            for customer_id, kinds in zip(window.customer_ids, window.kinds, strict=True)
        )


def tell(name: str, quality: Quality, **verdict: Any) -> None:
    """
    Print one line about recall, with the other figures beside it.
    """
    versus = f"{quality.people} cases, AUC {quality.auc:.3f}, average precision {quality.average_precision:.3f}"
    report(name, quality.recall, "recall at 1 % false positives", versus=versus, **verdict)


def main() -> None:
    """
    Play, learn, judge, print.
    """
    found = Experiment(load_scenario("strategy-switch"), SEED)
    for strategy in (*found.known, *found.new):
        for phase in found.phases():
            if found.played(strategy, phase):
                tell(f"{strategy}, {phase}", found.judge(phase, [strategy]))
    known, unchanged = found.judge("before", found.known), found.judge("after", found.unchanged)
    before = found.judge("before", found.unchanged)
    new, old, relearned = (found.judge(phase, found.new) for phase in ("after", "late", "relearned"))
    neither = LEAST_AUC <= known.auc <= MOST_AUC
    report("known strategies", known.auc, "AUC", bar=f"{LEAST_AUC} to {MOST_AUC}: separated, not trivially", ok=neither)
    kept = unchanged.recall / before.recall
    tell("unchanged strategies, after", unchanged, ratio=kept, bar="more than half of what it was", ok=kept > 0.5)
    lost = new.recall / known.recall
    tell("switched strategies, after", new, ratio=lost, bar="less than half of what known ones have", ok=lost < 0.5)
    regained = relearned.recall / max(old.recall, 1e-9)
    tell("switched, relearned", relearned, ratio=regained, bar="more than without learning again", ok=regained > 1)


if __name__ == "__main__":
    main()
