"""What listens on loopback while Core and web run: REST, LMTP, pages; of the host in question."""

from __future__ import annotations

import base64
import json
import socketserver
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.windows import pretended_core
from tests.windows.hosts import Host
from tests.windows.product import layout


class Loopback:
    """Three servers for all hosts of a test session; `host` is the one that they speak for."""

    def __init__(self) -> None:
        self.host: Host | None = None
        self.broken: set[str] = set()  # pages that do not open, `rest`, `lmtp`
        self.rest = _served(ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._rest)))
        self.web = _served(ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._page)))
        self.lmtp = _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), _greeting(self)))

    def runs(self, name: str) -> bool:
        return self.host is not None and self.host.unit(name)["state"] == "active"

    def _rest(self, path: str, key: str) -> int:
        if self.host is None or not self.runs(layout.CORE_UNIT):
            return 503
        if "rest" in self.broken:
            return 500
        password = pretended_core.password(self.host.unit(layout.CORE_UNIT))
        expected = "Basic " + base64.b64encode(f"restadmin:{password}".encode()).decode()
        return 200 if key == expected else 401

    def _page(self, path: str, key: str) -> int:
        needed = {layout.WEB_UNIT}
        if self.host and "/lists/" in path:
            needed.add(self.host.service)  # Core, unless it is on another host
        return 200 if all(map(self.runs, needed)) and path not in self.broken else 502


def _served(server: Any) -> int:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_address[1])


def _handler(status: Any) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"total_size": 0, "entries": []}).encode()
            self.send_response(status(self.path, self.headers.get("Authorization", "")))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def _greeting(loopback: Loopback) -> type[socketserver.StreamRequestHandler]:
    class Greeting(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            runs = loopback.runs(layout.CORE_UNIT) and "lmtp" not in loopback.broken
            self.wfile.write(b"220 Core\r\n" if runs else b"421 no Core\r\n")

    return Greeting


@cache
def loopback() -> Loopback:
    """The servers, begun when they are first needed."""
    return Loopback()


def heard(order: dict[str, Any]) -> dict[str, Any]:
    """The order with the ports on which these servers listen, and little patience."""
    found = loopback()
    rest = {"rest": f"http://127.0.0.1:{found.rest}/3.1", "lmtp_port": found.lmtp}
    questions = order["core_questions"] and {**order["core_questions"], **rest}
    before = order.get("health_before", {})
    if "core_questions" in before:
        before = {**before, "core_questions": {**before["core_questions"], **rest}}
    return {
        **order,
        "core_questions": questions,
        "health_before": before,
        "web_questions": {**order["web_questions"], "port": found.web},
        "patience": {"core": 0.05, "web": 0.05},
    }
