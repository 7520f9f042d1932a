"""
The routes of the fraud API.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request

from fraud_api import queries
from fraud_api.counters import ACTIVITY, COUNTERS, LABELS, LINK_KINDS, TICKETS
from fraud_api.features import FEATURES
from fraud_api.schemas import (
    Customer,
    CustomerId,
    FeatureValue,
    Labels,
    Links,
    Models,
    ModelVersion,
    Score,
    ScoreRequest,
    Scores,
)
from fraud_api.scoring import Scored, Scoring
from fraud_api.tables import ModelRow
from inventory_stream.projection.reading import ProjectionReader
from inventory_stream.web import NotFound
from inventory_stream.web.callers import only_for

router = APIRouter(prefix="/v1", tags=["fraud"], dependencies=[Depends(only_for("internal"))])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).date()


def read_reader(request: Request) -> ProjectionReader:
    """Return the reader of the projection."""
    reader: ProjectionReader = request.app.state.reader
    return reader


def read_scoring(request: Request) -> Scoring:
    """Return what scores."""
    scoring: Scoring = request.app.state.scoring
    return scoring


Reader = Annotated[ProjectionReader, Depends(read_reader)]


@router.post("/scores")
async def score_customers(
    reader: Reader, scoring: Annotated[Scoring, Depends(read_scoring)], asked: ScoreRequest
) -> Scores:
    """Score customers by the promoted model."""
    model, scored = await scoring.score(reader, asked.customer_ids)
    return Scores(model=model.name, model_version=model.version, scores=[_score(one) for one in scored])


@router.get("/customers/{customer_id}")
async def read_customer(reader: Reader, customer_id: CustomerId) -> Customer:
    """Read what a customer did, and what is known about the customer."""
    found = await reader.run(lambda snapshot: queries.read_known(snapshot, [customer_id]))
    if customer_id not in found:
        raise NotFound(f"nothing is known about customer {customer_id}")
    return _customer(customer_id, found[customer_id])


@router.get("/models")
async def list_models(reader: Reader) -> Models:
    """List all versions of all models."""
    rows = await reader.run(queries.read_models)
    return Models(models=[_model(row, promoted) for row, promoted in rows])


def _score(scored: Scored) -> Score:
    features = [FeatureValue(name=name, value=value, unit=FEATURES[name].unit) for name, value in scored.features]
    return Score(customer_id=scored.customer_id, score=scored.score, known=scored.known, features=features)


def _customer(customer_id: str, known: queries.Known) -> Customer:
    counters = dict(zip(COUNTERS, known.counters, strict=True))
    return Customer(
        customer_id=customer_id,
        first_day=_EPOCH + timedelta(days=min(known.days)) if known.days else None,
        last_day=_EPOCH + timedelta(days=max(known.days)) if known.days else None,
        activity_days=counters["activity_days"],
        ticket_days=counters["ticket_days"],
        activity={name: counters[name] for name in ACTIVITY},
        tickets={name: counters[name] for name in TICKETS},
        labels=Labels(**dict(zip(LABELS, known.labels, strict=True))),
        links=[
            Links(kind=kind, used=counters[f"{kind}s"], most_others=counters[f"{kind}_others"])
            for kind in LINK_KINDS.values()
        ],
    )


def _model(row: ModelRow, promoted: bool) -> ModelVersion:
    return ModelVersion(
        model=row.model,
        model_version=row.model_version,
        state="retired" if row.retired else "promoted" if promoted else "published",
        sha256=row.sha256,
        features=msgspec.json.decode(row.features),
        metrics=msgspec.json.decode(row.metrics),
        trained_on=row.trained_on,
    )
