"""
A budget for retries: when everything fails, asking twice would double the load on what is down already.
"""

SHARE = 0.1
SPARE = 10.0


class RetryBudget:
    """
    Each request earns a tenth of a retry; ten are there at the start and at most kept.
    """

    def __init__(self) -> None:
        self._tokens = SPARE

    def earn(self) -> None:
        """
        Count a request.
        """
        self._tokens = min(SPARE, self._tokens + SHARE)

    def spend(self) -> bool:
        """
        Take a retry out; return whether there was one.
        """
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
