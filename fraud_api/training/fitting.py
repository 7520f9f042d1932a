"""
Fit a small gradient-boosted model, judge it on customers it has not seen, and export it.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud_api.counters import columns
from fraud_api.features import FEATURES, feature_matrix
from fraud_api.models import GAIN, INPUT, Model
from fraud_api.training.errors import TrainingError
from fraud_api.training.examples import Examples

FEWEST = 8
"""Customers of either kind without whom nothing can be learned and judged."""
PARITY = 1e-5
"""The most that a probability may change by being exported."""
_OPSET = 15


class Settings(msgspec.Struct, frozen=True):
    """
    How a model is fitted. The same examples and settings give the same model.
    """

    trees: int = 60
    depth: int = 4
    learning_rate: float = 0.15
    held_out: float = 0.25


class Fitted(msgspec.Struct, frozen=True):
    """
    A model that can be published: its bytes, its inputs in order, and how good it was on held-out customers.
    """

    onnx: bytes
    features: tuple[str, ...]
    sha256: str
    metrics: dict[str, float]


def fit(examples: Examples, settings: Settings) -> Fitted:
    """
    Return a model fitted on a part of the customers; its metrics are from the others.

    Raises:
        TrainingError: there is too little to learn from, or the exported model says something else than the fitted.
    """
    labels, positives = examples.labels, int(examples.labels.sum())
    _check(len(labels), positives)
    names = tuple(FEATURES)
    matrix = feature_matrix(columns(examples.counters), names)
    held_out = split(examples.customer_ids, labels, settings.held_out)
    classifier = _classifier(settings)
    classifier.fit(matrix[~held_out], labels[~held_out])
    probabilities = np.asarray(classifier.predict_proba(matrix)[:, 1])
    metrics = _judge(labels[held_out], probabilities[held_out])
    metrics |= {"rows": len(labels), "positives": positives, "records": examples.records}
    metrics |= _gains(classifier, names)
    onnx = _export(classifier, len(names))
    fitted = Fitted(onnx, names, hashlib.sha256(onnx).hexdigest(), metrics)
    metrics["parity_max_abs_difference"] = _parity(fitted, examples, probabilities)
    return fitted


def split(customer_ids: Sequence[str], labels: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
    """
    Return which customers are held out: that share of either kind, decided by a hash of the id, so that a customer
    changes sides as seldom as can be when others come.
    """
    hashes = [hashlib.blake2b(customer_id.encode(), digest_size=8).digest() for customer_id in customer_ids]
    held_out = np.zeros(len(labels), dtype=np.bool_)
    for kind in (0, 1):
        mine = sorted(np.flatnonzero(labels == kind).tolist(), key=hashes.__getitem__)
        held_out[mine[: max(1, round(share * len(mine)))]] = True
    return held_out


def _check(rows: int, positives: int) -> None:
    if not rows:
        raise TrainingError("there is nothing to learn from: the stream has no records about customers")
    if positives < FEWEST:
        raise TrainingError(
            f"there is too little to learn from: {positives} customers with confirmed abuse or a charged back payment, "
            f"at least {FEWEST} are needed"
        )
    if rows - positives < FEWEST:
        raise TrainingError(
            f"there is too little to learn from: {rows - positives} ordinary customers, at least {FEWEST} are needed"
        )


def _classifier(settings: Settings) -> Any:
    from xgboost import XGBClassifier

    return XGBClassifier(
        n_estimators=settings.trees,
        max_depth=settings.depth,
        learning_rate=settings.learning_rate,
        tree_method="hist",
        n_jobs=1,
        random_state=0,
    )


def _judge(labels: NDArray[np.int64], probabilities: NDArray[Any]) -> dict[str, float]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    return {
        "auc": float(roc_auc_score(labels, probabilities)),
        "average_precision": float(average_precision_score(labels, probabilities)),
        "held_out_rows": len(labels),
        "held_out_positives": int(labels.sum()),
    }


def _gains(classifier: Any, names: Sequence[str]) -> dict[str, float]:
    found = classifier.get_booster().get_score(importance_type="total_gain")
    gains = {name: float(found.get(f"f{place}", 0.0)) for place, name in enumerate(names)}
    total = sum(gains.values()) or 1.0
    return {GAIN + name: round(gain / total, 6) for name, gain in gains.items() if gain}


def _export(classifier: Any, inputs: int) -> bytes:
    from onnxmltools import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    types = [(INPUT, FloatTensorType([None, inputs]))]
    exported: bytes = convert_xgboost(
        classifier,
        name=INPUT,
        initial_types=types,
        target_opset=_OPSET,  # a name by chance would change the hash
    ).SerializeToString()
    return exported


def _parity(fitted: Fitted, examples: Examples, probabilities: NDArray[Any]) -> float:
    """
    Return the largest difference between what was fitted and what will be served, over all customers.
    """
    served = Model("fitted", 0, fitted.onnx, fitted.features, fitted.sha256, {})
    scores, _ = served.score(examples.counters)
    difference = float(np.max(np.abs(np.asarray(scores) - probabilities)))
    if difference > PARITY:
        raise TrainingError(f"the exported model differs from the fitted one by {difference:.2g}; it is not published")
    return difference
