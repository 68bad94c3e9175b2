"""Masks passwords in the texts of a survey.

A suite's old interpreter may be Python 3.6.
"""

import re

# What stands before the host of a URL but for a user's name, and a password among its options.
_IN_TEXT = re.compile(r"(?<=://)([^/:@\s]*:)?\S*(?=@)|(?<=password=)[^&\s]+")


def masked(text: str) -> str:
    """A URL keeps its user's name, which is no secret, and nothing else before the `@`."""
    return _IN_TEXT.sub(r"\1(masked)", text)
