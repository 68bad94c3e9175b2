"""SSH transport for pyinfra without the delayed-ACK stall of 40 ms per remote command."""

from __future__ import annotations

import socket
from typing import Any

import paramiko


def nodelay_transport(sock: socket.socket, **options: Any) -> paramiko.Transport:
    """A paramiko transport whose small packets leave at once (TCP_NODELAY)."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return paramiko.Transport(sock, **options)
