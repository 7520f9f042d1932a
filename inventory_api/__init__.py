"""
Answers fans' apps: which events are on, which seats are left, what they cost.

Reads the catalogue and inventory records of the topic `inventory`. Start with `app`, `routes`, `projection`.
"""
