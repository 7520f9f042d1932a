"""
Settings that are wrong: every process says so at its start, by the name of the variable.
"""

import runpy

import pytest


@pytest.mark.parametrize(
    ("module", "variable"),
    [
        ("inventory_api", "INVENTORY_API_PORT"),
        ("venue_api", "VENUE_API_PORT"),
        ("fraud_api", "FRAUD_API_PORT"),
        ("inventory_api.projector", "PROJECTOR_PORT"),
        ("venue_api.projector", "PROJECTOR_PORT"),
        ("fraud_api.projector", "PROJECTOR_PORT"),
        ("inventory_stream.tracer", "TRACER_PORT"),
        ("simulator.demo", "SIMULATOR_SEED"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch, module, variable):
    """
    One line, which begins with the variable, and no page of traces.
    """
    monkeypatch.setenv(variable, "not-a-number")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(module, run_name="__main__")

    assert str(ended.value.code).startswith(f"{variable}: ")
    assert "\n" not in str(ended.value.code)
