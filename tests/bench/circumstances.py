"""What was measured on: without it no figure means anything."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import re
from pathlib import Path


def circumstances() -> str:
    """Date, processor, memory, system, versions and the load that others put on the computer."""
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} x {_processor()}, {_memory_gib():.0f} GiB, "
        f"{system}, Linux {platform.release()}, Python {platform.python_version()}, "
        f"pyinfra {importlib.metadata.version('pyinfra')}, load average {load}"
    )


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
