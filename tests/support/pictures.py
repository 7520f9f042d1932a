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
    numbers = pixels.astype(np.int32) @ [1 << 16, 1 << 8, 1]  # one number a pixel is sorted much faster than three
    values, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    found = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=1)
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
