"""Measures an idle suite; runs on its host as root: `python3 - WEB_HOST SECONDS`.

Starts the web again, times the first page, opens more until each of its workers has shown some, and
then leaves the suite alone for so long. Prints one JSON object: "pss" (MiB) and "cpu" (seconds of
processor time in SECONDS) of all processes of the account `mailman` by unit, "page" (ms, the first
after the start) and "stop" (seconds that the worker takes to stop).
"""

from __future__ import annotations

import json
import pwd
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

WEB, WORKER = "mailmanweb.service", "mailmanweb-qcluster.service"
PAGES = ("/mailman3/lists/", "/archives/", "/accounts/login/")
TIMES = 8  # that each page is opened, so that no worker has shown none
REST_SECONDS = 20  # after which what the pages and the boot began has ended


def opened(path: str) -> float:
    """How many milliseconds a page of the WSGI server takes."""
    request = urllib.request.Request(f"http://127.0.0.1:8000{path}", headers={"Host": sys.argv[1]})
    began = time.monotonic()
    urllib.request.urlopen(request, timeout=60).read()
    return (time.monotonic() - began) * 1000


def ours() -> Iterator[tuple[Path, str]]:
    """Each process of the account, with its unit."""
    account = pwd.getpwnam("mailman").pw_uid
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            if process.stat().st_uid == account:
                yield process, (process / "cgroup").read_text().strip().rpartition("/")[2]


def memory() -> Counter[str]:
    """The proportional set size of each unit, in MiB."""
    found: Counter[str] = Counter()
    for process, unit in ours():
        rows = (line.split() for line in (process / "smaps_rollup").read_text().splitlines())
        found[unit] += next(int(row[1]) for row in rows if row[0] == "Pss:") / 1024
    return found


def processor() -> Counter[str]:
    """The seconds that the present threads of each unit have run."""
    found: Counter[str] = Counter()
    for process, unit in ours():
        for thread in process.glob("task/*/schedstat"):
            found[unit] += int(thread.read_text().split()[0]) / 1e9
    return found


def main() -> None:
    """Prints the figures; KeyError where the host has no account `mailman`."""
    subprocess.run(["systemctl", "restart", WEB], check=True)
    first = opened(PAGES[0])
    for path in PAGES * TIMES:
        opened(path)
    time.sleep(REST_SECONDS)
    pss, before = memory(), processor()
    time.sleep(float(sys.argv[2]))
    cpu = processor() - before
    began = time.monotonic()
    subprocess.run(["systemctl", "stop", WORKER], check=True)
    stop = time.monotonic() - began
    print(json.dumps({"pss": pss, "cpu": cpu, "page": first, "stop": stop}))


if __name__ == "__main__":
    main()
