"""What a suite needs to know of the web server in front of its pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailman_suite.host.wire.installation import ProxySites


@dataclass(frozen=True)
class Proxy:
    """One answer to `mailman_proxy`.

    `site` and `peers_site` are paths on the host, and of their templates below `templates/`; the
    first serves the pages to people, the second connects Core's host and those of the web.
    """

    name: str  # as in group data
    title: str  # as people call it
    packages: Mapping[str, tuple[str, ...]]  # package tool -> the distribution's packages
    unit: str
    processes: tuple[str, ...]  # names of the commands that listen
    site: str
    peers_site: str
    check: tuple[str, ...]  # fails if any site of the server is wrong
    # How to recognize another site: patterns of files, the first words of a line that passes
    # requests to another server, and a pattern of a line that serves HTTPS.
    sites: tuple[str, ...]
    passes: tuple[str, ...]
    https: str

    def found(self, upstreams: tuple[str, ...]) -> ProxySites:
        """What `host/inspect/installation.py` needs to find a site that passes requests there."""
        return {
            "sites": list(self.sites),
            "passes": list(self.passes),
            "https": self.https,
            "upstreams": list(upstreams),
        }
