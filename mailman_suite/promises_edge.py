"""What the host in front of Core's owes, where the MTA has one of its own. Pure."""

from __future__ import annotations

from typing import Any

from mailman_suite.promises import Promise
from mailman_suite.settings import Settings

PROMISES: tuple[Promise, ...] = ()


def edge_question(settings: Settings) -> dict[str, Any]:
    """The arguments of `host/verify_edge.py`."""
    return {}
