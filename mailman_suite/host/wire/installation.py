"""Questions to `host/inspect/installation.py` about a suite not taken over yet, and its answers."""

from __future__ import annotations

from typing import TypedDict


class ProxySites(TypedDict):
    """How a proxy's files are known that pass requests on to the WSGI server.

    `upstreams` are names of that server, `passes` directives before it, `https` a pattern of what
    serves HTTPS, and `sites` patterns of paths.
    """

    upstreams: list[str]
    passes: list[str]
    https: str
    sites: list[str]


class InstallationQuestion(TypedDict):
    """Places, and how the proxy's files are known; `directories` by path, with their accounts."""

    venv: str
    proxy: ProxySites
    var: str
    home: str
    postfix: str
    directories: dict[str, list[str]]


class Site(TypedDict):
    """One of the proxy's files that pass requests on to the WSGI server."""

    path: str
    https: bool


class InstallationFound(TypedDict):
    """Units by name, all else by path; `maps` word for word as Postfix's configuration has them.

    `unsuited` says of a directory why it must not be used, such as `leads to /mnt/lists`.
    """

    units: list[str]
    drop_ins: list[str]
    sites: list[Site]
    maps: list[str]
    foreign: list[str]
    unsuited: dict[str, str]
