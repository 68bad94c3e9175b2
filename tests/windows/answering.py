"""Answers the commands of a window that is a program of its own, within the test."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.windows import pretending


@contextmanager
def answering(root: Path) -> Iterator[None]:
    """The programs of this host answer, but for `runuser`, which runs others itself."""

    class Asked(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            words = self.rfile.read().decode().split("\0")
            status, text = pretending.answer(root, words)
            self.wfile.write(bytes([status]) + text.encode())

    address = str(root / "pretended/answers")
    with socketserver.ThreadingUnixStreamServer(address, Asked) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
