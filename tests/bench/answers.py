"""Waits until a suite answers; runs on its host: `python3 - WEB_HOST`.

Core's REST must list its lists, LMTP must greet, and the web's first page must open through Nginx.
Works for every suite that follows upstream's paths, whoever installed it.
"""

import base64
import configparser
import socket
import sys
import time
import urllib.request

PATIENCE_SECONDS = 180


def rest() -> bool:
    """Whether Core answers for its lists; the versions alone would not show a broken database."""
    config = configparser.ConfigParser(strict=False, interpolation=None)
    config.read("/etc/mailman3/mailman.cfg")
    pair = f"restadmin:{config['webservice']['admin_pass']}"
    request = urllib.request.Request("http://127.0.0.1:8001/3.1/lists")
    request.add_header("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())
    return opened(request)


def lmtp() -> bool:
    """Whether Core takes mail."""
    with socket.create_connection(("127.0.0.1", 8024), timeout=10) as connection:
        return connection.recv(100).startswith(b"220")


def page() -> bool:
    """Whether the list index opens."""
    request = urllib.request.Request("http://127.0.0.1/mailman3/lists/")
    request.add_header("Host", sys.argv[1])
    return opened(request)


def opened(request: urllib.request.Request) -> bool:
    """Whether the answer is 200."""
    with urllib.request.urlopen(request, timeout=60) as answer:
        return bool(answer.status == 200)


def main() -> None:
    """Ends when all three have answered; SystemExit naming the silent one after a while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    for question in (rest, lmtp, page):
        problem: object = "another answer than expected"
        while time.monotonic() < deadline:
            try:
                if question():
                    break
            except (OSError, KeyError) as error:
                problem = error
            time.sleep(0.1)
        else:
            raise SystemExit(
                f"{question.__name__} did not answer in {PATIENCE_SECONDS} s: {problem}"
            )


if __name__ == "__main__":
    main()
