"""
Settings that are wrong: every process says so at its start, by the name of the variable.
"""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "variable"),
    [
        ("inventory_api", "INVENTORY_API_PORT"),
        ("venue_api", "VENUE_API_PORT"),
        ("fraud_api", "FRAUD_API_PORT"),
        ("venue_api.projector", "PROJECTOR_PORT"),
        ("inventory_stream.tracer", "TRACER_PORT"),
        ("simulator.demo", "SIMULATOR_SEED"),
    ],
)
def test_a_wrong_variable_is_named(module, variable):
    """
    One line, which begins with the variable, and no page of traces.
    """
    command = [sys.executable, "-m", module]
    told = subprocess.run(
        command, env={**os.environ, variable: "not-a-number"}, capture_output=True, text=True, timeout=60, check=False
    )

    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith(f"{variable}: ")
    assert told.stderr.count("\n") == 1
