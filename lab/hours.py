"""Keeps jobs from starting at certain hours, because tests run at any time.

A daily job that starts while a test has broken something fails, and one that sends digests while
another test counts messages changes the count.
"""

from __future__ import annotations

from datetime import datetime

TIMERS = "etc/systemd/system/timer.d/lab.conf"
CRON = "etc/systemd/system/cron.service.d/lab.conf"
CRON_BEGINS = 9 * 60 + 1  # of the guides' crontabs, only jobs that run every few minutes are near


def waiting(now: datetime) -> dict[str, str]:
    """Files that let no timer elapse soon, and start no daily or hourly cron job: path and text."""
    return {TIMERS: _TIMERS, CRON: f"[Service]\nEnvironment=TZ={_zone(now)}\n"}


# Timers keep their own calendar, and so have a next time; it is delayed by years at random.
_TIMERS = "[Timer]\nRandomizedDelaySec=100y\n"


def _zone(now: datetime) -> str:
    """The time zone (POSIX) in which it is one minute past nine: cron cannot delay its jobs."""
    hours, minutes = divmod((now.hour * 60 + now.minute - CRON_BEGINS) % (24 * 60), 60)
    return f"LAB+{hours:02}:{minutes:02}"
