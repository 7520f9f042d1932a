"""
What the door says when it cannot find out who asks; for the rest see `inventory_stream.web.problems`.
"""

from inventory_stream.web import Unavailable


class ProviderUnreachable(Unavailable):
    """
    The token cannot be checked: the identity provider cannot be reached at the moment.
    """
