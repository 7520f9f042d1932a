"""
The best places that are left for a party: together in one row, and no single seat left behind.

`search` is where it begins: what a fan asks for (`wanted`) and what is there (`house`) are narrowed down (`stock`), every
block of neighbouring seats is rated (`blocks`, `quality`), and the best ones are picked. `groups` splits a party that does
not fit anywhere together. `answers` says it all in the form of `schemas.best_seats`.
"""
