"""The link to a suite's release, and the stamps of its two sides. Pure."""

from __future__ import annotations

from mailman_suite.base import layout
from mailman_suite.host.wire.sides import SIDES, ReleaseLink
from mailman_suite.releases import sides
from mailman_suite.suite.files import web_settings
from mailman_suite.suite.suite import Suite


def release_link(suite: Suite) -> ReleaseLink:
    """The arguments of `host/apply/release_link.py point`.

    The web's stamp also names the settings of the static files: pages name these by their digests.
    """
    found = {side: sides.digest(suite.release, suite.python_version, side) for side in SIDES}
    return {
        "link": layout.VENV,
        "target": f"{suite.release_directory}/venv",
        "sides": {
            "directory": layout.SIDES,
            "stamps": {**found, "web": f"{found['web']} {web_settings(suite).sha256}"},
        },
    }
