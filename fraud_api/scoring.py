"""
Scores of customers by the promoted model: one read and one run a request.
"""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from fraud_api import queries
from fraud_api.counters import COUNTERS
from fraud_api.models import Model, UnusableModel, model_of
from inventory_stream.projection.reading import Changes, ProjectionReader
from inventory_stream.projection.snapshots import Snapshot
from inventory_stream.web import Unavailable

_NOTHING = (0,) * len(COUNTERS)
STRONGEST = 5


class Scored(NamedTuple):
    """
    One customer's score (0..1), and the features behind it that are not zero and weigh most in the model.
    """

    customer_id: str
    score: float
    known: bool
    features: list[tuple[str, float]]


class Scoring:
    """
    Keeps the session of the promoted model until another one is promoted.
    """

    def __init__(self, name: str) -> None:
        """
        Args:
            name: of the model whose promoted version answers.
        """
        self._name = name
        self._model: Model | None = None
        self._loaded_at = -1
        self._generation = 0

    def note(self, changes: Changes) -> None:
        """
        Take notice of changes: look for another promoted model before the next score if they may be about it.
        """
        mine = f"{self._name}/"
        if changes.version_changed or changes.keys is None or any(key.startswith(mine) for key in changes.keys):
            self._generation += 1

    async def score(self, reader: ProjectionReader, customer_ids: Sequence[str]) -> tuple[Model, list[Scored]]:
        """
        Return the model that answers, and a score for each customer, in order.

        Raises:
            Unavailable: no model can answer.
        """
        # Counted before the snapshot begins: a promotion in between is then looked for again next time.
        generation = self._generation

        async def read(snapshot: Snapshot) -> tuple[Model, dict[str, queries.Known]]:
            """Find the model and the counters of one moment."""
            fresh = self._model is not None and self._loaded_at == generation and reader.trusted
            model = self._model if fresh else await self._load(snapshot, generation)
            assert model is not None  # noqa: S101 - for the type checker
            return model, await queries.read_known(snapshot, customer_ids)

        model, known = await reader.run(read)
        found = [known.get(customer_id) for customer_id in customer_ids]
        scores, matrix = model.score([customer.counters if customer else _NOTHING for customer in found])
        rows = zip(customer_ids, scores, found, matrix.tolist(), strict=True)
        return model, [
            Scored(customer_id, score, customer is not None, model.strongest(row, STRONGEST))
            for customer_id, score, customer, row in rows
        ]

    async def _load(self, snapshot: Snapshot, generation: int) -> Model:
        promoted = await queries.read_promoted(snapshot, self._name)
        if promoted is None:
            raise Unavailable("no model has been promoted yet")
        version, row = promoted
        if row is None or row.retired:
            raise Unavailable(f"version {version} of model {self._name} was promoted, but is not there to answer")
        if self._model is None or (self._model.version, self._model.sha256) != (version, row.sha256):
            try:
                self._model = await asyncio.to_thread(model_of, row)
            except UnusableModel as error:
                raise Unavailable(str(error)) from error
        self._loaded_at = max(self._loaded_at, generation)
        return self._model
