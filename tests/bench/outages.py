"""Notes when Core, the web and the archives do not answer; runs on their host.

`python3 - WEB_HOST SECONDS`. Each is asked five times a second until SECONDS have passed or the
process is told to end (SIGTERM); prints one JSON object: for "core" (REST lists its lists), "web"
(the list index opens through Nginx) and "archives" (their index opens) the [start, end] of each
outage, in seconds since this program began. An outage begins with the first question that fails and
ends with the first answer after it.
"""

from __future__ import annotations

import base64
import configparser
import json
import signal
import sys
import threading
import time
import urllib.request
from collections.abc import Callable

EVERY_SECONDS = 0.2
PATIENCE_SECONDS = 10  # an answer later than that is none


def core() -> urllib.request.Request:
    """The question that shows whether Core's database is fine too."""
    config = configparser.ConfigParser(strict=False, interpolation=None)
    config.read("/etc/mailman3/mailman.cfg")
    pair = f"restadmin:{config['webservice']['admin_pass']}"
    request = urllib.request.Request("http://127.0.0.1:8001/3.1/lists")
    request.add_header("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())
    return request


def web() -> urllib.request.Request:
    """The question that a member asks, which needs Core too."""
    return page("/mailman3/lists/")


def archives() -> urllib.request.Request:
    """The question that a reader asks."""
    return page("/archives/")


def page(path: str) -> urllib.request.Request:
    """A page of the site, through the proxy."""
    request = urllib.request.Request(f"http://127.0.0.1{path}")
    request.add_header("Host", sys.argv[1])
    return request


def answers(question: Callable[[], urllib.request.Request]) -> bool:
    """Whether the answer is 200, in time."""
    try:
        with urllib.request.urlopen(question(), timeout=PATIENCE_SECONDS) as answer:
            return bool(answer.status == 200)
    except (OSError, KeyError):
        return False


def watch(
    question: Callable[[], urllib.request.Request],
    began: float,
    stop: threading.Event,
    found: list[list[float]],
) -> None:
    """Adds every outage to `found`; one that lasts still has the last moment as its end."""
    down = False
    while not stop.wait(EVERY_SECONDS):
        asked = time.monotonic() - began
        answered = answers(question)
        if not answered and not down:
            found.append([asked, asked])
        if down or not answered:
            found[-1][1] = time.monotonic() - began
        down = not answered


def main() -> None:
    """Watches all until the end, then prints what it saw."""
    stop, began = threading.Event(), time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    found: dict[str, list[list[float]]] = {"core": [], "web": [], "archives": []}
    watchers = [
        threading.Thread(target=watch, args=(question, began, stop, found[question.__name__]))
        for question in (core, web, archives)
    ]
    for watcher in watchers:
        watcher.start()
    stop.wait(float(sys.argv[2]))
    stop.set()
    for watcher in watchers:
        watcher.join()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
