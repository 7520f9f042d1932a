"""
From a name to a strategy: built-in ones, and those defined outside this repository.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from simulator.strategies.base import AnyStrategy, Options, Strategy, StrategyPlan

if TYPE_CHECKING:
    from simulator.shows import Show
    from simulator.stage import Stage
    from simulator.strategies.crew import Crew


class StrategyError(ValueError):
    """
    A strategy cannot be loaded or set up; the message names what is wrong, in a sentence for people.
    """


def built_in() -> Mapping[str, type[AnyStrategy]]:
    """
    Return name → class of the strategies that come with the simulator.
    """
    from simulator.strategies import BUILT_IN

    return BUILT_IN


def load_strategy(name: str) -> type[AnyStrategy]:
    """
    Return the strategy of this name.

    Args:
        name: a built-in name, or `package.module:Class` for any importable subclass of `Strategy`.

    Raises:
        StrategyError: there is none.
    """
    if ":" not in name:
        if name in built_in():
            return built_in()[name]
        known = ", ".join(sorted(built_in()))
        raise StrategyError(f"no strategy is called {name!r}; there are {known}, or name one as package.module:Class")
    module, _, attribute = name.partition(":")
    found = _attribute(name, module, attribute)
    if not (isinstance(found, type) and issubclass(found, Strategy)):
        raise StrategyError(f"strategy {name!r}: {attribute} is no subclass of simulator.strategies.Strategy")
    _check_class(name, found)
    return found


def load_options(name: str, given: Mapping[str, object]) -> Options:
    """
    Return the options of a strategy, checked.

    Raises:
        StrategyError: an option is unknown or has an impossible value.
    """
    takes = load_strategy(name).takes
    try:
        return msgspec.convert(dict(given), takes)
    except msgspec.ValidationError as error:
        known = ", ".join(takes.__struct_fields__) or "none"
        raise StrategyError(f"strategy {name!r}: {error}; its options are {known}") from error


def check_plan(plan: StrategyPlan) -> None:
    """
    Refuse a plan that cannot be played.

    Raises:
        StrategyError: the strategy, its options or its days are wrong.
    """
    load_options(plan.strategy, plan.options)
    if plan.from_day < 0:
        raise StrategyError(f"strategy {plan.strategy!r}: from_day {plan.from_day:g} is before the start")
    if plan.to_day is not None and plan.to_day <= plan.from_day:
        raise StrategyError(
            f"strategy {plan.strategy!r}: to_day {plan.to_day:g} is not after from_day {plan.from_day:g}"
        )


def make_strategy(plan: StrategyPlan, stage: Stage, crew: Crew, open_shows: Sequence[Show]) -> AnyStrategy:
    """
    Return the strategy of a plan, ready to act.

    Raises:
        StrategyError: as `check_plan`.
    """
    return load_strategy(plan.strategy)(stage, crew, load_options(plan.strategy, plan.options), open_shows)


def _attribute(name: str, module: str, attribute: str) -> Any:
    try:
        return getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise StrategyError(f"strategy {name!r}: there is no module {error.name}") from error
    except (AttributeError, ValueError) as error:
        raise StrategyError(f"strategy {name!r}: module {module!r} has no {attribute!r}") from error
    except Exception as error:
        raise StrategyError(f"strategy {name!r}: importing {module} failed: {error}") from error


def _check_class(name: str, found: type[AnyStrategy]) -> None:
    own = getattr(found, "name", None)
    if not isinstance(own, str) or not own or own == "ordinary":
        raise StrategyError(f"strategy {name!r}: the class has no `name` that could stand in the truth")
    if not issubclass(found.takes, Options):
        raise StrategyError(f"strategy {name!r}: `takes` is no subclass of simulator.strategies.Options")
