"""
What a scenario may say about a problem:

    [[problems]]
    kind = "payment_failure"        # or mispriced_section, chart_failure, queue_stall
    from_day = 4.5                  # days since the scenario's start, or:
    after_on_sale_h = 0.5           # hours since the general sale of each event concerned began
    hours = 6.0                     # how long
    events = [3, 4]                 # numbers of events; all when left out
    device_kind = "ios"             # whom it hits; everybody when left out
"""

from __future__ import annotations

from typing import Annotated

import msgspec

Share = Annotated[float, msgspec.Meta(gt=0, le=1)]
Hours = Annotated[float, msgspec.Meta(gt=0)]
Since = Annotated[float, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=3_600)]
Factor = Annotated[float, msgspec.Meta(gt=0, le=100)]


class AnyPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", kw_only=True):
    """
    Base of all plans: when, and at which events.

    `from_day` counts days since the scenario's start, `after_on_sale_h` hours since the general sale of each event
    concerned began; give one of them. `events` are numbers of events in the scenario; all when empty.
    """

    hours: Hours
    from_day: Since | None = None
    after_on_sale_h: Since | None = None
    events: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """
        Refuse a plan that says twice, or never, when it begins.
        """
        if (self.from_day is None) == (self.after_on_sale_h is None):
            raise ValueError("from_day, after_on_sale_h: give one of them")

    @property
    def kind(self) -> str:
        """
        The kind of problem, as in the scenario and the truth.
        """
        return str(self.__struct_config__.tag)

    @property
    def amount(self) -> float:
        """
        How bad it is, in the unit of its kind.
        """
        raise NotImplementedError


class SomePeople(AnyPlan, frozen=True, kw_only=True):
    """
    Base of plans that hit people: of one kind of device, of one region, or all; `share` of them.
    """

    device_kind: str = ""
    region: str = ""
    share: Share = 1.0

    @property
    def amount(self) -> float:
        """
        The share of the visits concerned that are hit.
        """
        return self.share


class PaymentFailure(SomePeople, frozen=True, kw_only=True, tag="payment_failure"):
    """
    The payment provider fails: payments are declined for `reason`.
    """

    share: Share = 0.9
    reason: str = "provider_unavailable"


class ChartFailure(SomePeople, frozen=True, kw_only=True, tag="chart_failure"):
    """
    The seat map does not load.
    """

    share: Share = 0.9


class QueueStall(SomePeople, frozen=True, kw_only=True, tag="queue_stall"):
    """
    The waiting line does not move for `extra_s` more seconds.
    """

    extra_s: Seconds = 900.0

    @property
    def amount(self) -> float:
        """
        Seconds that the line takes longer.
        """
        return self.extra_s


class MispricedSection(AnyPlan, frozen=True, kw_only=True, tag="mispriced_section"):
    """
    One section costs `factor` times what it should. Without a name it is the one in the middle of the chart.
    """

    section: str = ""
    factor: Factor = 4.0

    @property
    def amount(self) -> float:
        """
        How many times the right price.
        """
        return self.factor


ProblemPlan = PaymentFailure | ChartFailure | QueueStall | MispricedSection
"""A problem of a scenario; `kind` says which one."""
