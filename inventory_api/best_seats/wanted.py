"""
What a fan asks for.
"""

import msgspec

MAX_QUANTITY = 20
MAX_ALTERNATIVES = 10


class Wanted(msgspec.Struct, frozen=True):
    """
    A party of `quantity` people; empty fields do not narrow.

    max_price_cents, min_price_cents: of each place, with fees. accessible: one of the party needs an accessible seat.
    resale, packages: also what owners offer, also offers that bundle more. split: apart rather than not at all.
    alternatives: how many further blocks, none of which overlaps another.
    """

    quantity: int
    max_price_cents: int | None = None
    min_price_cents: int | None = None
    sections: frozenset[str] = frozenset()
    price_levels: frozenset[str] = frozenset()
    accessible: bool = False
    resale: bool = False
    packages: bool = False
    split: bool = False
    alternatives: int = 0

    def affords(self, total_cents: int) -> bool:
        """
        Return whether a place may cost this.
        """
        if self.max_price_cents is not None and total_cents > self.max_price_cents:
            return False
        return self.min_price_cents is None or total_cents >= self.min_price_cents
