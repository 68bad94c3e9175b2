"""The answer for nothing, in place of an object with keys."""

from __future__ import annotations

from typing import TypedDict, final


@final
class Nothing(TypedDict):
    """The empty JSON object, the only one that is false."""
