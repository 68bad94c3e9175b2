"""SSH transport for pyinfra that avoids delayed ACKs and rests while it waits."""

from __future__ import annotations

import socket
from typing import Any

import paramiko

# How often an idle connection checks whether it is still needed. paramiko would do so ten times as
# often, on every connection, all through a run.
_REST_SECONDS = 1.0


def nodelay_transport(sock: socket.socket, **options: Any) -> paramiko.Transport:
    """A paramiko transport whose small packets leave at once (TCP_NODELAY)."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport = paramiko.Transport(sock, **options)
    sock.settimeout(_REST_SECONDS)  # the transport has just set its own
    return transport
