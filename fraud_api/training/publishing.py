"""
Models on the stream: what was published so far, and a new version.
"""

from datetime import datetime

import msgspec

from fraud_api.training.errors import TrainingError
from fraud_api.training.examples import read_batches
from fraud_api.training.fitting import Fitted
from inventory_stream.log import Log
from inventory_stream.records import encode, type_name
from inventory_stream.records.models import ModelPromoted, ModelPublished, ModelRetired

SOURCE = "/seatstream/train"
MOST_BYTES = 900_000
"""Longest value of a record about a model: Kafka takes 1 MiB a record."""


class Published(msgspec.Struct):
    """
    The versions of one model: those that may answer, the promoted one (0: none), and the newest that ever was.
    """

    versions: set[int] = msgspec.field(default_factory=set)
    promoted: int = 0
    newest: int = 0

    @property
    def answers(self) -> bool:
        """
        Whether a version is promoted and there to answer.
        """
        return self.promoted in self.versions


def read_published(log: Log, model: str) -> Published:
    """
    Return what the stream says about a model.
    """
    found = Published()
    wanted = frozenset(type_name(cls) for cls in (ModelPublished, ModelPromoted, ModelRetired))
    records = [d.record for batch in read_batches(log, ["models"], wanted) for d in batch]
    for record in records:
        if isinstance(record, ModelPromoted) and record.model == model:
            found.promoted = record.model_version
        elif isinstance(record, ModelPublished | ModelRetired) and record.model == model:
            change = found.versions.add if isinstance(record, ModelPublished) else found.versions.discard
            change(record.model_version)
            found.newest = max(found.newest, record.model_version)
    return found


def publish(log: Log, model: str, fitted: Fitted, trained_on: str, at: datetime, *, promote: bool) -> int:
    """
    Append a new version of a model to the stream, promoted if asked for, and return its number.

    Raises:
        TrainingError: the model is too large for a record.
    """
    version = read_published(log, model).newest + 1
    record = ModelPublished(
        model=model,
        model_version=version,
        onnx=fitted.onnx,
        features=fitted.features,
        sha256=fitted.sha256,
        metrics=fitted.metrics,
        trained_on=trained_on,
    )
    id = f"{model}-{version}-{fitted.sha256[:16]}"
    published = encode(record, id=f"{id}-published", source=SOURCE, time=at)
    if len(published.value) > MOST_BYTES:
        raise TrainingError(f"the model takes {len(published.value):,} bytes, a record has room for {MOST_BYTES:,}")
    log.append([published])  # before the promotion, which must not point at nothing if this fails
    if promote:
        promoted = ModelPromoted(model=model, model_version=version)
        log.append([encode(promoted, id=f"{id}-promoted", source=SOURCE, time=at)])
    return version
