"""
HTTP byte for byte, as no client library would say it.
"""

import json
import socket
from urllib.parse import urlsplit


def address(client):
    """Host and port of a client's gateway."""
    parts = urlsplit(str(client.base_url))
    return parts.hostname, parts.port


def say(address, *pieces, wait=False):
    """Send bytes and return all that comes until the end."""
    with socket.create_connection(address, 10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        if not wait:
            connection.shutdown(socket.SHUT_WR)
        return rest(connection)


def rest(connection):
    """All that comes until the end."""
    heard = b""
    while part := connection.recv(65_536):
        heard += part
    return heard


def problem(heard):
    """Status and problem type of a single answer."""
    head, _, body = heard.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    return int(head.split()[1]), json.loads(body)["type"].rpartition(":")[2]
