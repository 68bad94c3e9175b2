"""An SMTP server on the box that takes whatever leaves a machine, so that a test can see it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lab import paths
from lab.locks import held

DOMAIN = "away.test"  # no resolver knows it; who is to reach the catcher has it as relayhost


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """As much of RFC 5321 as Postfix needs."""
        self._say("220 catcher")
        in_body = False
        for line in self.rfile:
            if in_body:
                in_body = line.rstrip() != b"."
                if not in_body:
                    self._say("250 caught")
                elif line.lower().startswith(b"message-id:"):
                    self.server.caught.append(line.split(b":", 1)[1].strip().decode())  # type: ignore[attr-defined]
                continue
            verb = line[:4].upper()
            in_body = verb == b"DATA"
            self._say({b"DATA": "354 go on", b"QUIT": "221 bye"}.get(verb, "250 yes"))

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def listening() -> Iterator[list[str]]:
    """The Message-IDs of what comes in while the block runs; one process at a time listens."""
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with (
        held("catcher"),
        socketserver.ThreadingTCPServer((str(paths.GATEWAY), 25), _Session) as server,
    ):
        server.daemon_threads = True
        server.caught = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.caught  # type: ignore[attr-defined]
        finally:
            server.shutdown()
