"""Which of a host's cron jobs a release's own timers replace, and which would fail. Pure.

A job is `{"file", "number", "line", "user", "command"}` as `host/survey/host.py` answers it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailman_suite.host.wire.survey import CronJob as Job

# Every command of Core since 3.0, so that a directory of that name is none of them.
_COMMANDS = (
    "addmembers|admins|aliases|changeaddress|conf|create|delmembers|digests|findmember|gatenews"
    "|import21|info|inject|lists|members|notify|qfile|remove|reopen|restart|shell|start|status"
    "|stop|syncmembers|unshunt|withlist"
)
_CORE_COMMAND = re.compile(
    r"(?:^|(?<!service)[\s/;&|'\"(])mailman3?\s+(?:-[-\w]+(?:[= ]/\S+)?\s+)*"
    rf"({_COMMANDS})(?![-\w./])"
)
# A job for one list is somebody's own, and no timer of ours does it.
_ONE_LIST = re.compile(r"\s(?:-l|--list)\b")
_RUNJOBS = re.compile(r"\brunjobs \w+")
# Timers of ours send digests and notices; Core's own runner gates news since 3.3.5.
_OURS = ("digests", "notify", "gatenews")
_GONE_OPTIONS = re.compile(r"\bmembers\b.*\s(?:--(?:add|del|delete|sync)|-[axs])\b")


def core_command(job: Job) -> str:
    """The subcommand of `mailman` that a job runs, such as `digests`; "" where it runs none."""
    found = _CORE_COMMAND.search(job["command"])
    return found[1] if found else ""


def doubled(jobs: Sequence[Job]) -> list[Job]:
    """The jobs that would run beside one of the suite's timers: to be removed."""
    return [job for job in jobs if _is_ours(job) or _RUNJOBS.search(job["command"])]


def _is_ours(job: Job) -> bool:
    return core_command(job) in _OURS and not _ONE_LIST.search(job["command"])


def as_root(jobs: Sequence[Job]) -> list[Job]:
    """Other jobs that run `mailman` as root, which Core refuses since 3.3.5."""
    return [
        job
        for job in jobs
        if core_command(job) and job["user"] == "root" and job not in doubled(jobs)
        and "--run-as-root" not in job["command"]
    ]  # fmt: skip


def with_gone_options(jobs: Sequence[Job]) -> list[Job]:
    """Jobs that call options of `mailman members` that 3.3.4 disabled."""
    return [
        job for job in jobs
        if core_command(job) == "members" and _GONE_OPTIONS.search(job["command"])
    ]  # fmt: skip


def listed(jobs: Sequence[Job]) -> str:
    """The jobs for people, by file: `3 in /etc/cron.d/x: digests, notify, runjobs daily`."""
    files: dict[str, list[str]] = {}
    for job in jobs:
        files.setdefault(job["file"], []).append(_short(job))
    return "; ".join(f"{len(names)} in {file}: {', '.join(names)}" for file, names in files.items())


def _short(job: Job) -> str:
    web = _RUNJOBS.search(job["command"])
    return web[0] if web else core_command(job)
