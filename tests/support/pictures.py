"""
Pictures small enough to be kept with the code.
"""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image


def small_png(content: bytes, colours: int) -> bytes:
    """
    Return a PNG with few colours: those that most pixels have, exactly, and for each other one the nearest of them.
    """
    pixels = np.asarray(Image.open(BytesIO(content)).convert("RGB"))
    found, places, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    palette = found[np.argsort(-counts)[:colours]].astype(np.int32)
    nearest = np.concatenate(
        [
            ((part[:, None].astype(np.int32) - palette) ** 2).sum(axis=2).argmin(axis=1)
            for part in np.array_split(found, 64)
        ]
    )
    picture = Image.fromarray(nearest[places].astype(np.uint8).reshape(pixels.shape[:2]), mode="P")
    picture.putpalette(palette.astype(np.uint8).tobytes())
    saved = BytesIO()
    picture.save(saved, "PNG", optimize=True)
    return saved.getvalue()
