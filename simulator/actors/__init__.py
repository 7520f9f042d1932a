"""
Those who act. Each is a generator that acts, then yields how many seconds pass before it acts again.

Read `promoters` (a show from announcement to doors), `fans`, `owners` (what becomes of tickets). Those who abuse the
system are in `simulator.strategies`.
"""
