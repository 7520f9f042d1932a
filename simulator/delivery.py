"""
What legacy adapters do to records on their way: some come twice, late, in the wrong order, or broken.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0, le=0.05)]


class DeliveryPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    How many records are delivered badly, as shares of all records. Nothing is, unless a share is given.

    `duplicates` come twice with the same id, up to `within` records later. `late` records start a delay of their key: it
    and what follows of its key come up to `within` records later, in their order. `swapped` ones change places with
    the next of their key, which breaks the contract's promise of order. `malformed` ones are preceded by a broken attempt.
    """

    duplicates: Share = 0.0
    late: Share = 0.0
    swapped: Share = 0.0
    malformed: Share = 0.0
    within: Annotated[int, msgspec.Meta(ge=1, le=5_000)] = 500
