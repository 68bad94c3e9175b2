"""How the order of a window differs on a host with one role of a suite. Pure."""

from __future__ import annotations

from mailman_suite.base import layout
from mailman_suite.host.wire.order import RoleDifferences
from mailman_suite.suite.suite import Suite


def of_role(suite: Suite) -> RoleDifferences:
    """The parts of `window.order` that are others here; none where the host is a whole suite."""
    return {"core": _of_core(), "web": _of_web(suite)}.get(suite.settings.role, {})


def _of_core() -> RoleDifferences:
    """Everything but the web, whose hosts hear when this window begins and ends."""
    return {
        "tells": True,
        "starts": [layout.CORE_UNIT],
        "archives_page": "",
        "lists_page": "",
    }


def _of_web(suite: Suite) -> RoleDifferences:
    """No data, no mail and no Core; where Core's host changes too, its end is waited for."""
    return {
        "kind": "web",
        "awaits": suite.awaits,
        "transport": "",
        "starts": [layout.WEB_UNIT],
        "core_questions": None,
        "health_before": {"lists_page": ""},
    }
