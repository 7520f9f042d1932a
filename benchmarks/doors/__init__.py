"""
What the gateway's figures are measured with: a bare service, nginx in front of it, and callers.
"""
