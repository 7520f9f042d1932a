"""
What a benchmark prints.
"""

import json


def report(
    name: str,
    value: float,
    unit: str,
    *,
    versus: str = "",
    ratio: float | None = None,
    bar: str = "",
    ok: bool | None = None,
) -> None:
    """
    Print one result as a JSON line.

    Args:
        versus: what the value was measured against, in the same run.
        ratio: value divided by the reference.
        bar: what is asked for, in words.
        ok: whether the bar is met; None where there is none.
    """
    line = {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "versus": versus or None,
        "ratio": None if ratio is None else round(ratio, 3),
        "bar": bar or None,
        "ok": ok,
    }
    print(json.dumps(line), flush=True)


def percentile(values: list[float], share: float) -> float:
    """
    Return the value that `share` of the values do not exceed.
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
