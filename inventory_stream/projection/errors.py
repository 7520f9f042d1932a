"""
What can go wrong in a projector, and what it does about it.

    ProjectionError
    ├── OwnershipLost       someone else owns a partition or the version was switched: drop state, start anew
    ├── TooManyDeadLetters  the input is broken, or we are: stop, not ready
    └── DefinitionChanged   the live version was built by another definition: stop, ask for a rebuild

Retryable (back off, not ready, try again): `RETRYABLE`. Anything else rolls back and stops the projector.
"""

import psycopg

from inventory_stream.log import LogUnavailable

RETRYABLE = (psycopg.OperationalError, psycopg.InterfaceError, LogUnavailable)


class ProjectionError(Exception):
    """
    A projector cannot go on as it is.
    """


class OwnershipLost(ProjectionError):
    """
    A partition has another owner by now; nothing of the batch was written.
    """


class TooManyDeadLetters(ProjectionError):
    """
    More records than allowed cannot be applied.
    """


class DefinitionChanged(ProjectionError):
    """
    The live version was built by another definition of the projection.
    """
