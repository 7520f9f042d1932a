"""
The supervisor over a real Kafka, a real PostgreSQL and one real projector: `python small_system.py FOLDER`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from inventory_stream.local.errors import LocalStackError
from inventory_stream.local.ports import free_port
from inventory_stream.local.services import Program
from inventory_stream.local.stack import Stack
from inventory_stream.local.supervisor import Supervisor
from inventory_stream.log.topics import create_topics

PROJECTOR = "inventory_api.projector"


def main(folder: Path) -> int:
    """
    Supervise until told to end, and say in a sentence what went wrong.
    """
    stack = Stack(folder)
    program = Program(PROJECTOR, PROJECTOR, free_port(), "PROJECTOR_PORT")
    try:
        Supervisor(folder, stack, [program], lambda: create_topics(stack.bootstrap_servers)).run()
    except LocalStackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
