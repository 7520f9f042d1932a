"""
TCP ports on the loopback interface: find a free one, or say who has the one that is needed.
"""

from __future__ import annotations

import socket

import psutil

from inventory_stream.local.errors import PortOccupied

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """
    Return a loopback port that nothing listens on now.
    """
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def require_free(port: int, wanted_by: str) -> None:
    """
    Check that nothing listens on a port.

    Args:
        port: the loopback port.
        wanted_by: the part of the stack that needs it, for the error's sentence.

    Raises:
        PortOccupied: something listens there.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise PortOccupied(port, wanted_by, _holder(port)) from error


def accepts(port: int) -> bool:
    """
    Tell whether something accepts connections on a loopback port.
    """
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def _holder(port: int) -> str:
    """
    Name the process that listens on a port, as far as this user may know.
    """
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr[1] == port
            if listens and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        pass
    return "another process"
