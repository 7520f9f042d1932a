"""
The fraud API over a real projection.
"""

import asyncio

import msgspec
import pytest

from fraud_api import queries
from fraud_api.app import create_app
from fraud_api.features import FEATURES
from fraud_api.projection import FraudProjection
from fraud_api.settings import FraudApiSettings
from fraud_api.training.examples import read_examples
from inventory_stream.projection.reading import ProjectionReader
from inventory_stream.records.activity import CheckoutStarted, CustomerSignedIn
from inventory_stream.records.feedback import AbuseCleared, CustomerForgotten
from inventory_stream.records.models import ModelRetired
from inventory_stream.settings import StreamSettings
from inventory_stream.testing import MemoryLog
from simulator.labelled import labelled_world
from tests.support.places import held, ordered
from tests.support.projected import Projected, ask, follow, statuses
from tests.support.small_models import promoted, published, small_model

TOPICS = ("activity", "feedback", "inventory", "models")


@pytest.fixture(scope="module")
def fitted():
    """
    A small model.
    """
    return small_model()


@pytest.fixture
def projected(database_url):
    """
    An empty projection.
    """
    projected = Projected(database_url, FraudProjection, *TOPICS)
    yield projected
    projected.close()


@pytest.fixture
def service(projected, database_url):
    """
    The API over it.
    """
    return create_app(FraudApiSettings(access_log=False), StreamSettings(database_url=database_url))


def signed_in(customer, device="d1", network="n1"):
    """
    Return a visit.
    """
    return CustomerSignedIn(session_id="s", customer_id=customer, device_hash=device, network_hash=network)


def of(record, customer):
    """
    Return the record as that of a customer.
    """
    return msgspec.structs.replace(record, customer_id=customer)


def score(service, projected, *bodies):
    """
    Return the answers to scores asked for, JSON or bytes.
    """

    async def act(client, _):
        return [
            await client.post("/v1/scores", **({"content": body} if isinstance(body, bytes) else {"json": body}))
            for body in bodies
        ]

    return follow(service, projected, act)


def test_without_a_model_there_are_no_scores(service, projected):
    """
    503, in words.
    """
    (answer,) = score(service, projected, {"customer_ids": ["c1"]})

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "no model has been promoted yet"


def test_scores_name_the_model_and_the_strongest_features(service, projected, fitted):
    """
    In the order asked for; strangers have a score too, and are said to be strangers.
    """
    projected.append(signed_in("c1"), signed_in("c2"), of(held(["F-1"]), "c1"), published(fitted, 7), promoted(7))

    (answer,) = score(service, projected, {"customer_ids": ["nobody", "c1", "c1"]})

    body = answer.json()
    nobody, first, second = body["scores"]
    assert (body["model"], body["model_version"]) == ("abuse", 7)
    assert (nobody["customer_id"], nobody["known"], nobody["features"]) == ("nobody", False, [])
    assert first == second
    assert first["known"]
    assert 0 <= first["score"] <= 1
    gains = [fitted.metrics.get(f"gain.{feature['name']}", 0.0) for feature in first["features"]]
    assert gains == sorted(gains, reverse=True)
    assert all(feature["value"] and feature["unit"] == FEATURES[feature["name"]].unit for feature in first["features"])


def test_a_newly_promoted_model_answers(service, projected, fitted):
    """
    Without a restart; one that is retired no longer does.
    """
    steps = [
        [published(fitted, 1), promoted(1)],
        [published(fitted, 2), promoted(2)],
        [ModelRetired(model="abuse", model_version=2)],
    ]

    async def act(client, reach):
        answers = []
        for records in steps:
            projected.append(*records)
            await reach()
            answers.append(await client.post("/v1/scores", json={"customer_ids": ["c1"]}))
        return answers

    first, second, third = follow(service, projected, act)
    assert (first.json()["model_version"], second.json()["model_version"], third.status_code) == (1, 2, 503)


def test_a_damaged_model_is_said_to_be_so(service, projected, fitted):
    """
    503 rather than scores of another version.
    """
    projected.append(published(fitted, 1, sha256="0"), promoted(1))

    (answer,) = score(service, projected, {"customer_ids": ["c1"]})

    assert (answer.status_code, "hash" in answer.json()["detail"]) == (503, True)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", ""),
        (b"[]", "body"),
        ({}, "customer_ids"),
        ({"customer_ids": []}, "customer_ids"),
        ({"customer_ids": [f"c{n}" for n in range(1001)]}, "customer_ids"),
        ({"customer_ids": "c1"}, "customer_ids"),
        ({"customer_ids": [7]}, "customer_ids.0"),
        ({"customer_ids": ["a", ""]}, "customer_ids.1"),
        ({"customer_ids": ["x" * 121]}, "customer_ids.0"),
        ({"customer_ids": ["a\0b"]}, "customer_ids.0"),
        (b'{"customer_ids": ["\\ud800"]}', ""),
        ({"customer_ids": ["a"], "model": "x"}, "model"),
    ],
)
def test_a_bad_question_is_answered_with_its_field(service, projected, body, field):
    """
    A 4xx that names it, whatever is wrong.
    """
    (answer,) = score(service, projected, body)

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["field"] == field or (not field and error["location"] == "body")


def test_a_customer_with_everything_known(service, projected):
    """
    Sums over days, labels, links; face value as it was paid.
    """
    checkout = CheckoutStarted(session_id="s", customer_id="c1", event_id="e1", device_hash="d2", payment_hash="p")
    projected.append(signed_in("c1"), signed_in("c2"), signed_in("c3", network=""), checkout)
    projected.append(of(ordered(["F-1", "F-2"]), "c1"), AbuseCleared(customer_id="c1"), signed_in("c1"))

    (answer,) = ask(service, projected.position, "/v1/customers/c1")

    body = answer.json()
    assert (body["first_day"], body["last_day"], body["activity_days"]) == ("2030-01-01", "2030-01-01", 1)
    assert (body["activity"]["signed_in"], body["tickets"]["tickets_bought"]) == (2, 2)
    assert (body["tickets"]["face_cents"], body["labels"]["abuse_cleared"]) == (100, 1)
    assert [tuple(link.values()) for link in body["links"]] == [("device", 2, 2), ("network", 1, 1), ("payment", 1, 0)]


def test_strangers_the_forgotten_and_other_paths_are_404(service, projected):
    """
    Nobody learns about somebody who is to be forgotten, nor that others share a device with them.
    """
    projected.append(signed_in("c1"), signed_in("c2"), CustomerForgotten(customer_id="c2"))
    paths = ("nobody", "c2", "c1", "a/b")

    answers = ask(service, projected.position, *[f"/v1/customers/{path}" for path in paths], "/v1/policies")

    assert statuses(answers) == [404, 404, 200, 404, 404]
    assert answers[2].json()["links"][0]["most_others"] == 0
    assert all(answer.headers["content-type"] == "application/problem+json" for answer in answers if answer.is_error)


def test_an_impossible_id_is_named(service, projected):
    """
    422 with the field.
    """
    answers = ask(service, projected.position, "/v1/customers/%00", f"/v1/customers/{'x' * 121}")

    assert statuses(answers) == [422, 422]
    assert {answer.json()["errors"][0]["field"] for answer in answers} == {"customer_id"}


def test_models_are_listed_with_their_state(service, projected, fitted):
    """
    Newest first.
    """
    projected.append(published(fitted, 1), published(fitted, 2), published(fitted, 3), promoted(2))
    projected.append(ModelRetired(model="abuse", model_version=1))

    (answer,) = ask(service, projected.position, "/v1/models")

    models = answer.json()["models"]
    assert [(m["model_version"], m["state"]) for m in models] == [(3, "published"), (2, "promoted"), (1, "retired")]
    assert models[0]["features"] == list(fitted.features)
    assert models[0]["metrics"]["auc"] == fitted.metrics["auc"]


def test_serving_counts_what_training_counts(projected, database_url):
    """
    The same records give the same counters from the database and from the stream.
    """
    simulation, log, records = labelled_world(31, events=3, visits=80, population=200), MemoryLog(), []
    for batch in simulation.batches():
        records += [happening.record for happening in batch]
    projected.append(*records)
    for batch in labelled_world(31, events=3, visits=80, population=200).encoded():
        log.append(batch)
    examples = read_examples(log)

    async def read():
        reader = ProjectionReader(database_url, "fraud")
        await reader.start()
        try:
            return await reader.run(lambda snapshot: queries.read_known(snapshot, examples.customer_ids))
        finally:
            await reader.stop()

    known = asyncio.run(read())
    day_counts = [queries.COUNTERS.index(name) for name in ("activity_days", "ticket_days")]  # one day in `projected`
    for customer_id, counters in zip(examples.customer_ids, examples.counters, strict=True):
        served = list(known[customer_id].counters)
        for place in day_counts:
            served[place] = counters[place]
        assert served == counters
