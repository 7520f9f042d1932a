"""
Who usually abuses a shop, for worlds whose scenario says nothing about it.
"""

from __future__ import annotations

from simulator.strategies.base import StrategyPlan


def usual_strategies(people: int) -> tuple[StrategyPlan, ...]:
    """
    Return all built-in strategies at once, sized for a world of so many ordinary people: about one abuser to ten.
    """
    crew = max(4, people // 60)
    a_day = max(0.2, people / 4_000)
    return (
        StrategyPlan("bulk_bots", options={"accounts": crew, "devices": max(1, crew // 3)}),
        StrategyPlan("hold_and_release", options={"accounts": max(3, crew // 2)}),
        StrategyPlan("account_farms", options={"accounts": crew, "devices": max(1, crew // 3)}),
        StrategyPlan("residential", options={"accounts": crew}),
        StrategyPlan("low_and_slow", options={"accounts": crew}),
        StrategyPlan("insider_codes", options={"accounts": max(3, crew // 2)}),
        StrategyPlan("stolen_cards", options={"accounts_per_day": a_day}),
        StrategyPlan("account_takeover", options={"victims_per_day": a_day}),
    )
