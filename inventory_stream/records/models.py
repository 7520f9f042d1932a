"""
Model records: models for scoring, and which of them answers.
"""

from typing import ClassVar

from inventory_stream.records.base import Count, Identifier, Record, Text


class ModelRecord(Record, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """
    Base of model records. The topic is compacted, so each says by its own `key` what it replaces.
    """

    topic: ClassVar[str] = "models"
    key_fields: ClassVar[tuple[str, ...]] = ("model", "model_version")

    model: Identifier
    model_version: Count


class ModelPublished(ModelRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="model.published.v1"):
    """
    A model version exists. `onnx` is the model itself; `features` names its inputs in order; `metrics` are from its
    held-out evaluation.
    """

    onnx: bytes
    features: tuple[Identifier, ...]
    sha256: Identifier
    metrics: dict[str, float] = {}
    trained_on: Text = ""

    def key(self) -> str:
        """
        Return the Kafka key: a version keeps its own, so that compaction keeps every version.
        """
        return f"{self.model}/{self.model_version}"


class ModelPromoted(ModelRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="model.promoted.v1"):
    """
    This version answers from now on.
    """

    def key(self) -> str:
        """
        Return the Kafka key: of promotions only the newest matters.
        """
        return f"{self.model}/promoted"


class ModelRetired(ModelRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="model.retired.v1"):
    """
    This version must no longer answer.
    """

    def key(self) -> str:
        """
        Return the Kafka key: retiring replaces the published model in the compacted topic.
        """
        return f"{self.model}/{self.model_version}"


RECORDS = (ModelPublished, ModelPromoted, ModelRetired)
