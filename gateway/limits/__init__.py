"""
How much one caller may ask: token buckets for each identity and each network, by class of route.
"""
