"""Which releases the services that run have loaded code of; reads only."""

from __future__ import annotations

import glob
import re

_OURS = re.compile(r"/(mailman|hyperkitty)[^/\n]*\.service(/|$)", re.MULTILINE)


def releases(directory: str) -> list[str]:
    """The names of the releases in a directory that a process still needs.

    A side that a change of release left alone goes on with the files of the older one.
    """
    named = re.compile(rf" {re.escape(directory)}/([^/\n]+)/")
    found = {name for path in glob.glob("/proc/[0-9]*") for name in named.findall(_maps(path))}
    return sorted(found)


def _maps(process: str) -> str:
    """What a process of a service of the suite has mapped; empty for another one."""
    try:
        with open(f"{process}/cgroup", encoding="utf-8") as text:
            if not _OURS.search(text.read()):
                return ""
        with open(f"{process}/maps", encoding="utf-8", errors="replace") as text:
            return text.read()
    except OSError:  # it ended meanwhile
        return ""
