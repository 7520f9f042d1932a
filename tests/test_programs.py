"""
What `make` does about programs that are not there. Programs that only write down their arguments stand in for apt.
"""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci" / "programs.sh"
COMMAND = ["/bin/sh", SCRIPT, "make test", "chromium fonts-liberation"]
INSTALL = "install --yes --no-install-recommends chromium fonts-liberation"


@pytest.fixture
def machine(tmp_path):
    """
    Runs the script on a machine that has these programs only; gives how it ended and what apt was asked for.
    """

    def run(*command, **programs):
        for name, body in programs.items():
            file = tmp_path / name.replace("_", "-")
            file.write_text(f"#!/bin/sh\n{body}\n")
            file.chmod(0o755)
        environment = {"PATH": str(tmp_path)}
        done = subprocess.run(command or COMMAND, env=environment, capture_output=True, text=True, check=False)
        log = tmp_path / "log"
        asked = [line.partition("Use-Pty=0 ")[2] for line in log.read_text().splitlines()] if log.exists() else []
        return done, asked

    return run


def apt(after=""):
    """
    An apt-get that writes down what it was asked for.
    """
    return f'echo "$@" >> "${{0%/*}}/log"; {after}'


def test_a_chromium_that_is_there_is_left_alone(machine):
    """
    Nothing is asked of apt.
    """
    done, asked = machine(chromium="", apt_get=apt(), id="echo 0")

    assert (done.returncode, asked, done.stdout + done.stderr) == (0, [], "")


def test_root_gets_a_chromium_quietly(machine):
    """
    It is installed, and no line is printed.
    """
    done, asked = machine(apt_get=apt("echo noise"), id="echo 0")

    assert (done.returncode, asked, done.stdout + done.stderr) == (0, [INSTALL], "")


def test_a_machine_without_lists_gets_them_first(machine):
    """
    When it cannot be installed, the lists are fetched and it is tried again.
    """
    done, asked = machine(apt_get=apt('case "$*" in *update*) : > "$0.new";; *) [ -e "$0.new" ];; esac'), id="echo 0")

    assert (done.returncode, asked) == (0, [INSTALL, "update", INSTALL])


def test_an_archive_that_does_not_answer_is_said(machine):
    """
    The last line says what could not be done.
    """
    done, _ = machine(apt_get=apt("exit 100"), id="echo 0")

    assert done.returncode == 1
    assert done.stderr.startswith("Cannot install chromium")


@pytest.mark.parametrize("programs", [{"apt_get": "exit 0", "id": "echo 1000"}, {}])
def test_others_are_told_what_to_install(machine, programs):
    """
    Without root, or without apt, one line says what is missing.
    """
    done, asked = machine(**programs)

    assert (done.returncode, asked) == (1, [])
    assert done.stderr.count("\n") == 1
    assert "install chromium" in done.stderr


def test_only_what_is_missing_is_installed(machine):
    """
    Of several programs that are wanted, one that is there is not asked for.
    """
    command = ["/bin/sh", SCRIPT, "make bench", "no-such-hammer", "no-such-nail", "no-such-saw"]
    done, asked = machine(*command, no_such_nail="", apt_get=apt(), id="echo 0")

    assert (done.returncode, asked) == (0, ["install --yes --no-install-recommends no-such-hammer no-such-saw"])
