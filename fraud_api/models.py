"""
A model in memory, ready to score: an ONNX Runtime session and the features that it takes.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from fraud_api.counters import columns
from fraud_api.features import FEATURES, feature_matrix

INPUT, OUTPUT = "features", "probabilities"
GAIN = "gain."
"""Metrics whose names begin so say how much of the model's gain a feature has (share)."""


class UnusableModel(Exception):
    """
    The model's bytes are damaged, or it wants a feature that this process does not know.
    """


class Model:
    """
    A version of a model.

    Attributes:
        name, version, sha256: which.
        features: names, in the model's order.
    """

    def __init__(
        self, name: str, version: int, onnx: bytes, features: Sequence[str], sha256: str, metrics: dict[str, float]
    ) -> None:
        """
        Raises:
            UnusableModel: it cannot be used by this process.
        """
        if hashlib.sha256(onnx).hexdigest() != sha256:
            raise UnusableModel(f"the bytes of model {name} version {version} do not have the hash they were given")
        unknown = [feature for feature in features if feature not in FEATURES]
        if unknown:
            raise UnusableModel(f"model {name} version {version} wants features unknown here: {', '.join(unknown)}")
        self.name, self.version, self.sha256, self.features = name, version, sha256, tuple(features)
        self._session = _session(f"model {name} version {version}", onnx)
        self._by_gain = sorted(range(len(features)), key=lambda place: -metrics.get(GAIN + features[place], 0.0))

    def score(self, counters: Sequence[Sequence[int]]) -> tuple[list[float], NDArray[np.float32]]:
        """
        Return a score in 0..1 for each customer, and the features that it comes from, in one run.

        Args:
            counters: of each customer the values of `counters.COUNTERS`.
        """
        matrix = feature_matrix(columns(counters), self.features)
        (probabilities,) = self._session.run([OUTPUT], {INPUT: matrix})
        return [min(1.0, max(0.0, score)) for score in probabilities[:, 1].tolist()], matrix

    def strongest(self, row: Sequence[float], most: int) -> list[tuple[str, float]]:
        """
        Return the features of a row that are not zero and weigh most in this model, with their values.
        """
        found = ((self.features[place], float(row[place])) for place in self._by_gain if row[place])
        return [pair for pair, _ in zip(found, range(most), strict=False)]


def model_of(row: Any) -> Model:
    """
    Return the model of a `ModelRow`.
    """
    features, metrics = msgspec.json.decode(row.features), msgspec.json.decode(row.metrics)
    return Model(row.model, row.model_version, row.onnx, features, row.sha256, metrics)


def _session(name: str, onnx: bytes) -> onnxruntime.InferenceSession:
    """
    Return a session with one thread: processes scale, threads of one process would wait for each other.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has no base class of its own for damaged models
        raise UnusableModel(f"{name} cannot be loaded: {str(error)[:200]}") from error
    if INPUT not in [i.name for i in session.get_inputs()] or OUTPUT not in [o.name for o in session.get_outputs()]:
        raise UnusableModel(f"{name} does not take {INPUT!r} and give {OUTPUT!r}")
    return session
