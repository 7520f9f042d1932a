"""
Places that their owners offer for resale: what an open listing really has, which may be less than it named.
"""

from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[int]).decode


class Listing(msgspec.Struct, gc=False):
    """
    An open listing; fields as in `ListingRow`, in its order.

    places: indexes of its seats, or [quantity]; never empty. face_cents, fees_cents: of each place.
    """

    event_id: str
    listing_id: str
    section: str
    places: list[int]
    face_cents: int
    fees_cents: int
    currency: str
    position: int


def row(listing: Listing) -> tuple[Any, ...]:
    """
    Return the values of `ListingRow`.
    """
    event_id, listing_id, section, places, *rest = msgspec.structs.astuple(listing)
    return (event_id, listing_id, section, _encode(places).decode(), *rest)


def from_row(values: tuple[Any, ...]) -> Listing:
    """
    Return the listing of a row.
    """
    event_id, listing_id, section, places, *rest = values
    return Listing(event_id, listing_id, section, _decode(places), *rest)
