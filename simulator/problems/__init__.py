"""
What goes wrong in a world, on purpose: from when to when, for whom, how badly. Each is noted in the truth.

    plans        what a scenario may say about a problem
    trouble      `Problems`: fans ask it at the step where it hurts
    mispricing   the one problem that the promoters make themselves
"""

from simulator.problems.plans import (
    ChartFailure,
    MispricedSection,
    PaymentFailure,
    ProblemPlan,
    QueueStall,
)
from simulator.problems.trouble import Problems

__all__ = ["ChartFailure", "MispricedSection", "PaymentFailure", "ProblemPlan", "Problems", "QueueStall"]
