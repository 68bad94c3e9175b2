"""What a suite needs to know of the server that runs Django."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WsgiServer:
    """One answer to `mailman_wsgi`.

    The server listens on `layout.WEB_PORT` of the loopback and is part of every release. `start` is
    the command of the web's unit, `unit_type` systemd's `Type=` for it.
    """

    name: str  # as in group data
    title: str  # as people call it
    configuration: str  # path on the host, and of the template
    start: str
    unit_type: str
