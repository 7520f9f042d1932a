"""
Cursors of paged answers: where the next page begins, opaque to clients.
"""

import base64
import binascii
from collections.abc import Sequence

import msgspec

from inventory_stream.web.problems import FieldError, InvalidRequest

_decoder = msgspec.json.Decoder(list[str])


def encode_cursor(values: Sequence[str]) -> str:
    """
    Return the cursor of a page that ends with a row of these sort values.
    """
    return base64.urlsafe_b64encode(msgspec.json.encode(list(values))).decode().rstrip("=")


def decode_cursor(text: str, size: int) -> list[str]:
    """
    Return the sort values in a cursor.

    Args:
        size: how many there must be.

    Raises:
        InvalidRequest: this is no cursor of this kind of page.
    """
    try:
        values = _decoder.decode(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise _refused() from error
    if len(values) != size:
        raise _refused()
    return values


def _refused() -> InvalidRequest:
    return InvalidRequest(errors=[FieldError("cursor", "query", "is not a cursor that a page of this kind gave")])
