"""
The shared spine of Seatstream: the records, the log, the projection runtime and what every service is built from.
"""
