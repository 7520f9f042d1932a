"""
Requests that come twice and shall count once: `Idempotency-Key`, and what was answered to it.
"""
