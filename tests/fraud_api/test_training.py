"""
From the stream to a published model.
"""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from typer import Typer
from typer.testing import CliRunner

from fraud_api.counters import COUNTERS
from fraud_api.models import Model, UnusableModel
from fraud_api.training.command import app
from fraud_api.training.errors import TrainingError
from fraud_api.training.examples import label_of, read_examples
from fraud_api.training.fitting import PARITY, Examples, Settings, fit, split
from fraud_api.training.publishing import publish, read_published
from inventory_stream.log import LogUnavailable
from inventory_stream.records import encode
from inventory_stream.records.activity import CustomerSignedIn
from inventory_stream.records.feedback import AbuseConfirmed, CustomerForgotten
from inventory_stream.records.models import ModelRetired
from inventory_stream.testing import MemoryLog
from simulator import ABUSERS, labelled_world
from tests.support.projected import NOON


def log_of(*records):
    """
    Return a log with these records.
    """
    log = MemoryLog()
    log.append([encode(r, id=str(number), source="/test", time=NOON) for number, r in enumerate(records)])
    return log


def run(log, *arguments):
    """
    Return what `seatstream train` did.
    """
    cli = Typer()
    cli.command()(app)
    return CliRunner().invoke(cli, list(arguments), obj=log)


@pytest.fixture(scope="module")
def world():
    """
    A labelled world on a log.
    """
    simulation, log = labelled_world(11, events=8, visits=150, population=1_000), MemoryLog()
    for batch in simulation.encoded():
        log.append(batch)
    return simulation, log


@pytest.fixture(scope="module")
def examples(world):
    """
    Its customers.
    """
    return read_examples(world[1])


@pytest.fixture(scope="module")
def fitted(examples):
    """
    A small model of it.
    """
    return fit(examples, Settings(trees=20, depth=3))


def synthetic(positives, negatives):
    """
    Examples of customers who did nothing.
    """
    labels = np.array([1] * positives + [0] * negatives)
    ids = [f"c{number}" for number in range(len(labels))]
    return Examples(ids, [[0] * len(COUNTERS) for _ in ids], labels, 0)


def test_the_exported_model_says_what_the_fitted_one_said(fitted):
    """
    Parity over all customers is measured before anything can be published.
    """
    assert 0 <= fitted.metrics["parity_max_abs_difference"] <= PARITY


def test_scores_of_onnx_runtime_are_those_of_xgboost(examples):
    """
    Fitted once more with XGBoost alone, the probabilities of every customer agree.
    """
    from xgboost import XGBClassifier

    from fraud_api.counters import columns
    from fraud_api.features import FEATURES, feature_matrix

    settings = Settings(trees=20, depth=3)
    exported = fit(examples, settings)
    matrix = feature_matrix(columns(examples.counters), tuple(FEATURES))
    kept = ~split(examples.customer_ids, examples.labels, settings.held_out)
    plain = XGBClassifier(
        n_estimators=20, max_depth=3, learning_rate=0.15, tree_method="hist", random_state=0, n_jobs=1
    )

    plain.fit(matrix[kept], examples.labels[kept])

    scores, _ = Model("m", 1, exported.onnx, exported.features, exported.sha256, {}).score(examples.counters)
    assert np.max(np.abs(plain.predict_proba(matrix)[:, 1] - scores)) <= PARITY


def test_a_model_finds_abusers_of_a_world_it_has_not_seen(fitted):
    """
    Learned from feedback alone, it ranks by the truth that no record tells; some of them hide too well for it.
    """
    other, log = labelled_world(12, events=6, visits=100, population=800), MemoryLog()
    for batch in other.encoded():
        log.append(batch)
    strangers = read_examples(log)

    scores, _ = Model("m", 1, fitted.onnx, fitted.features, fitted.sha256, {}).score(strangers.counters)

    assert roc_auc_score([other.truth[id] in ABUSERS for id in strangers.customer_ids], scores) > 0.75


def test_the_same_stream_gives_the_same_model(examples, fitted):
    """
    Byte for byte.
    """
    assert fit(examples, Settings(trees=20, depth=3)).sha256 == fitted.sha256


@pytest.mark.parametrize(
    ("judged", "label"), [((0, 0, 0), 0), ((1, 0, 0), 1), ((0, 1, 0), 1), ((0, 1, 1), 0), ((1, 0, 1), 0)]
)
def test_labels_follow_the_feedback(judged, label):
    """
    Chargebacks, confirmations and clearings of one customer.
    """
    assert label_of(dict(zip(("chargebacks", "abuse_confirmed", "abuse_cleared"), judged, strict=True))) == label


def test_the_forgotten_are_not_learned_from():
    """
    Neither themselves, nor as somebody with whom others share a device.
    """
    who = [CustomerSignedIn(session_id="s", customer_id=id, device_hash="d") for id in ("a", "b")]

    found = read_examples(log_of(*who, CustomerForgotten(customer_id="b"), AbuseConfirmed(customer_id="b")))

    assert found.customer_ids == ["a"]
    assert dict(zip(COUNTERS, found.counters[0], strict=True))["device_others"] == 0


@pytest.mark.parametrize(
    ("positives", "negatives", "sentence"),
    [(0, 0, "nothing to learn from"), (0, 99, "0 customers with confirmed abuse"), (99, 3, "3 ordinary customers")],
)
def test_too_little_to_learn_from_is_a_sentence(positives, negatives, sentence):
    """
    No records, no labels, one class only.
    """
    with pytest.raises(TrainingError, match=sentence):
        fit(synthetic(positives, negatives), Settings())


def test_both_sides_of_the_split_have_both_kinds():
    """
    However few there are.
    """
    found = synthetic(8, 100)

    held_out = split(found.customer_ids, found.labels, 0.25)

    assert (found.labels[held_out].sum(), held_out.sum()) == (2, 27)


def test_versions_count_up_and_are_promoted_when_asked(fitted):
    """
    A retired number is not used again.
    """
    log = MemoryLog()
    publish(log, "abuse", fitted, "", NOON, promote=True)
    log.append([encode(ModelRetired(model="abuse", model_version=1), id="r", source="/test", time=NOON)])

    version = publish(log, "abuse", fitted, "", NOON, promote=False)

    found = read_published(log, "abuse")
    assert (version, found.promoted, found.versions, found.answers) == (2, 1, {2}, False)
    assert read_published(log, "other").newest == 0


def test_damaged_bytes_are_no_model(fitted):
    """
    Another hash, no ONNX, features from elsewhere: each is a sentence.
    """
    from hashlib import sha256

    for onnx, names, digest, sentence in (
        (fitted.onnx, fitted.features, "0", "hash"),
        (b"x", fitted.features, sha256(b"x").hexdigest(), "cannot be loaded"),
        (fitted.onnx, ("mood",), fitted.sha256, "features unknown here: mood"),
    ):
        with pytest.raises(UnusableModel, match=sentence):
            Model("abuse", 1, onnx, names, digest, {})


def test_the_command_trains_once_when_told_so(world):
    """
    `--if-missing` does nothing when a version answers.
    """
    log = MemoryLog()
    for batch in labelled_world(11, events=8, visits=150, population=1_000).encoded():
        log.append(batch)

    first, second = run(log, "--trees", "5"), run(log, "--if-missing")

    assert first.exit_code == second.exit_code == 0, first.output
    assert "Published and promoted version 1 of model abuse: AUC" in first.output
    assert second.output == "version 1 of model abuse answers already\n"


def test_the_command_says_in_a_sentence_what_is_missing():
    """
    And exits with an error.
    """
    result = run(MemoryLog(), "--if-missing")

    assert result.exit_code == 1
    assert result.output.strip().endswith("there is nothing to learn from: the stream has no records about customers")


def test_a_broker_that_is_away_is_a_sentence():
    """
    As with every command.
    """

    class Away(MemoryLog):
        def start_positions(self, topics):
            raise LogUnavailable("the broker is away")

    result = run(Away())

    assert (result.exit_code, result.output) == (1, "the broker is away\n")
