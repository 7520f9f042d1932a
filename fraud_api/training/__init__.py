"""
From the stream to a published model: `examples` reads what customers did and how they were judged, `fitting` fits and
exports, `publishing` tells the stream, `command` is `seatstream train`.
"""
