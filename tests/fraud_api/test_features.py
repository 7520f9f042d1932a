"""
What a model sees of a customer.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fraud_api.counters import COUNTERS, columns
from fraud_api.features import FEATURES, feature_matrix

rows = st.lists(st.lists(st.integers(0, 10**6), min_size=len(COUNTERS), max_size=len(COUNTERS)), min_size=1, max_size=5)


def features(**counters):
    """
    Return the features of one customer.
    """
    row = [counters.get(name, 0) for name in COUNTERS]
    return dict(zip(FEATURES, feature_matrix(columns([row]), tuple(FEATURES))[0].tolist(), strict=True))


def test_nothing_known_is_all_zero():
    """
    A stranger has no features.
    """
    assert set(features().values()) == {0.0}


def test_shares_are_of_what_they_say():
    """
    Sums above, sums below.
    """
    found = features(holds=4, holds_expired=2, holds_released=1, places_held=10, events_viewed=3, searches=1)

    assert (found["unused_hold_share"], found["places_per_hold"], found["looks_per_hold"]) == (0.75, 2.5, 1.0)


def test_nothing_is_divided_by_zero():
    """
    What cannot be divided counts as it is.
    """
    assert features(events_viewed=7)["looks_per_hold"] == 7


@given(rows)
def test_a_customer_has_the_same_features_alone_and_among_others(rows):
    """
    Whatever the batch: finite numbers, row by row.
    """
    together = feature_matrix(columns(rows), tuple(FEATURES))

    alone = np.vstack([feature_matrix(columns([row]), tuple(FEATURES)) for row in rows])
    assert np.isfinite(together).all()
    assert (together == alone).all()


def test_features_come_in_the_order_asked_for():
    """
    A model names its inputs.
    """
    row = list(range(len(COUNTERS)))

    matrix = feature_matrix(columns([row]), ("holds", "signed_in"))

    assert matrix.tolist() == [[COUNTERS.index("holds"), COUNTERS.index("signed_in")]]
    assert matrix.dtype == np.float32
