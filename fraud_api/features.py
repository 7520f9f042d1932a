"""
What a model sees of a customer. Training and serving call the same function, so they cannot drift apart.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fraud_api.counters import Columns


class Feature(NamedTuple):
    """
    One input of a model. A change of what `compute` gives needs a new name: published models know names only.
    """

    name: str
    unit: str
    compute: Callable[[Columns], NDArray[np.float64]]


def _count(name: str, unit: str = "count") -> Feature:
    return Feature(name, unit, lambda counters: counters[name])


def _share(name: str, unit: str, above: Sequence[str], below: Sequence[str]) -> Feature:
    """
    Return a feature that divides sums of counters; nothing to divide by counts as one.
    """

    def compute(counters: Columns) -> NDArray[np.float64]:
        """Divide."""
        divisor = np.sum([counters[counter] for counter in below], axis=0)
        return np.asarray(np.sum([counters[counter] for counter in above], axis=0) / np.maximum(divisor, 1.0))

    return Feature(name, unit, compute)


_FEATURES = (
    _count("signed_in"),
    _count("events_viewed"),
    _count("seats_viewed"),
    _count("searches"),
    _count("queues_joined"),
    _count("checkouts_started"),
    _count("payments_declined"),
    _count("holds"),
    _count("orders"),
    _count("tickets_bought", "places"),
    _count("refunds"),
    _count("listings_opened"),
    _count("listings_sold"),
    _count("transfers_out"),
    _count("transfers_in"),
    _count("devices"),
    _count("networks"),
    _count("payments"),
    _count("device_others", "customers"),
    _count("network_others", "customers"),
    _count("payment_others", "customers"),
    _share("places_per_hold", "places/hold", ["places_held"], ["holds"]),
    _share("tickets_per_order", "places/order", ["tickets_bought"], ["orders"]),
    _share("unused_hold_share", "0..1", ["holds_released", "holds_expired"], ["holds"]),
    _share("listed_share", "listings/order", ["listings_opened"], ["orders"]),
    _share("declined_share", "declines/checkout", ["payments_declined"], ["checkouts_started"]),
    _share("looks_per_hold", "views/hold", ["events_viewed", "seats_viewed", "searches"], ["holds"]),
    _share("visits_per_day", "visits/day", ["signed_in"], ["activity_days"]),
    _share("holds_per_day", "holds/day", ["holds"], ["ticket_days"]),
)
FEATURES: dict[str, Feature] = {feature.name: feature for feature in _FEATURES}
"""Name → feature, in the order in which a new model takes them."""


def feature_matrix(counters: Columns, names: Sequence[str]) -> NDArray[np.float32]:
    """
    Return customers x features, as a model takes them.

    Args:
        counters: see `counters.columns`.
        names: the features that the model was trained on, in its order.
    """
    return np.column_stack([FEATURES[name].compute(counters) for name in names]).astype(np.float32)
