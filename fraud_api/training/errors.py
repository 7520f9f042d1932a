"""
Why there can be no model.
"""


class TrainingError(Exception):
    """
    There can be no model from this stream; the message says why, in a sentence for people.
    """
