"""
A small model of abuse, and the records by which it answers.
"""

from __future__ import annotations

from typing import Any

import msgspec

from fraud_api.training.examples import read_examples
from fraud_api.training.fitting import Fitted, Settings, fit
from inventory_stream.records.models import ModelPromoted, ModelPublished
from inventory_stream.testing import MemoryLog
from simulator.labelled import labelled_world


def small_model() -> Fitted:
    """
    Fit it.
    """
    log = MemoryLog()
    for batch in labelled_world(21, events=5, visits=120, population=600).encoded():
        log.append(batch)
    return fit(read_examples(log), Settings(trees=10, depth=3))


def published(fitted: Fitted, version: int, **fields: Any) -> ModelPublished:
    """
    Return the record of a version.
    """
    record = ModelPublished(
        model="abuse", model_version=version, onnx=fitted.onnx, features=fitted.features, sha256=fitted.sha256,
        metrics=fitted.metrics,
    )  # fmt: skip
    return msgspec.structs.replace(record, **fields)


def promoted(version: int) -> ModelPromoted:
    """
    Return the record that lets a version answer.
    """
    return ModelPromoted(model="abuse", model_version=version)
