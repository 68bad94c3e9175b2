"""What says that there is none, where else an object with keys would stand."""

from __future__ import annotations

from typing import TypedDict, final


@final
class Nothing(TypedDict):
    """The empty JSON object, which alone is false."""
