"""
Benchmarks: one file a figure, each prints one JSON line a result. Speeds are ratios against a reference of the same run.
"""
