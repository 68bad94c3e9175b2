"""The parts that one host's group data chooses."""

from __future__ import annotations

from typing import cast

from mailman_suite.parts.answers import answers
from mailman_suite.parts.mta.model import Mta
from mailman_suite.parts.proxy.model import Proxy
from mailman_suite.parts.search.model import Search
from mailman_suite.parts.wsgi.model import WsgiServer
from mailman_suite.settings import Settings

# Settings whose value is the name of an answer in the folder of the same name.
PARTS = ("proxy", "wsgi", "mta")


def proxy(settings: Settings) -> Proxy:
    """The web server in front of the pages."""
    return cast(Proxy, answers("proxy")[settings.proxy])


def wsgi(settings: Settings) -> WsgiServer:
    """The server that runs Django."""
    return cast(WsgiServer, answers("wsgi")[settings.wsgi])


def mta(settings: Settings) -> Mta:
    """The mail server in front of Core."""
    return cast(Mta, answers("mta")[settings.mta])


def search() -> Search:
    """What searches the archives: the only one; a second one needs a setting, or this fails."""
    (only,) = answers("search").values()
    return cast(Search, only)
