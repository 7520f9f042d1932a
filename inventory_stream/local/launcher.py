"""
Become another program that dies with its parent: `python launcher.py PARENT SIGNAL UID GID COMMAND…`.

Runs as a script in a bare interpreter (no site packages), so that it costs some 15 ms and imports nothing of ours. It is a
program rather than a `preexec_fn` because the parent has threads, and Python code between fork and exec may then deadlock.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """
    Drop to the user, ask the kernel for a signal at the parent's death, and exec the command.

    Args:
        arguments: parent's pid, signal number, uid and gid (-1 keeps them), then the command.
    """
    parent, death_signal, uid, gid = (int(argument) for argument in arguments[:4])
    command = arguments[4:]
    control = _process_control()  # before the user changes, who may not be able to read Python's libraries
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    control(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)  # after setuid, which would reset it
    if os.getppid() != parent:  # it died before we asked
        sys.exit(1)
    os.execv(command[0], command)


def _process_control() -> Callable[..., object]:
    """
    Return Linux's prctl, or a stand-in that does nothing where there is none.
    """
    if sys.platform != "linux":
        return lambda *arguments: None
    import ctypes

    return ctypes.CDLL(None).prctl


if __name__ == "__main__":
    main(sys.argv[1:])
