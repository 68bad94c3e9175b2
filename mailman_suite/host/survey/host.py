"""Which versions of the suite's packages a host has, on which Python, and its cron jobs for them.

`look`: {"prefix": the virtualenv, or /usr for the distribution's packages}, run as root with the
host's own interpreter; reads only files. -> {"versions", "python", "crontabs"}
"""

from __future__ import annotations

import glob
import os
import re
import sys
from importlib import metadata

from mailman_suite.host.base import verbs
from mailman_suite.host.survey.masking import masked
from mailman_suite.host.wire.survey import CronJob, HostQuestion, HostSurvey

PACKAGES = (
    *("mailman", "postorius", "hyperkitty", "django-mailman3", "mailman-web", "mailmanclient"),
    *("mailman-hyperkitty", "django", "django-allauth", "django-q", "django-q2", "sqlalchemy"),
)
# Files whose lines name a user before the command; the others belong to the user of their name.
SYSTEM = ("/etc/crontab", "/etc/cron.d/*")
PERSONAL = ("/var/spool/cron/crontabs/*", "/var/spool/cron/*")
# What cron ignores in /etc/cron.d: names with a dot, as package managers leave them behind.
IGNORED = re.compile(r"\.|~$")
JOB = re.compile(r"\s*(?P<when>@\w+|\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(?P<rest>\S.*)$")
OURS = re.compile(r"mailman|hyperkitty|postorius|runjobs")


def libraries(prefix: str) -> list[str]:
    """The directories that hold the installed packages of a virtualenv or of the distribution."""
    patterns = ("lib/python*/site-packages", "lib/python*/dist-packages")
    return [path for one in patterns for path in sorted(glob.glob(os.path.join(prefix, one)))]


def versions(places: list[str]) -> dict[str, str]:
    """The installed versions by package, in the spelling of the package index."""
    found: dict[str, str] = {}
    for one in metadata.distributions(path=places):
        name = re.sub(r"[-_.]+", "-", one.metadata["Name"] or "").lower()
        if name in PACKAGES:
            found.setdefault(name, one.version)
    return found


def python(places: list[str]) -> list[int] | None:
    """The [major, minor] that the packages were installed for; None where nothing is installed."""
    for place in places:
        named = re.search(r"/python(\d+)(?:\.(\d+))?/", place)
        if named:
            return [int(named[1]), int(named[2])] if named[2] else list(sys.version_info[:2])
    return None


def crontabs(root: str = "/") -> list[CronJob]:
    """Every cron job that names Mailman: file, line number, line, user and command."""
    found: list[CronJob] = []
    for pattern in (*SYSTEM, *PERSONAL):
        for path in sorted(glob.glob(root.rstrip("/") + pattern)):
            if os.path.isfile(path) and not IGNORED.search(os.path.basename(path)):
                found += jobs(path, "" if pattern in SYSTEM else os.path.basename(path))
    return found


def jobs(path: str, user: str) -> list[CronJob]:
    """The jobs of one crontab; without a user they name it themselves."""
    found: list[CronJob] = []
    with open(path, encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            job = JOB.match(line)
            if line.lstrip().startswith("#") or not job or not OURS.search(line):
                continue
            name, _, command = (user, "", job["rest"]) if user else job["rest"].partition(" ")
            found.append(
                {
                    "file": path,
                    "number": number,
                    "line": shown(line),
                    "user": shown(name),
                    "command": shown(command),
                }
            )
    return found


def shown(text: str) -> str:
    """A text without secrets, and without spaces around it."""
    return masked(text.strip())


def look(arguments: HostQuestion) -> HostSurvey:
    """What is installed, and which jobs call it."""
    places = libraries(arguments["prefix"])
    return {"versions": versions(places), "python": python(places), "crontabs": crontabs()}


if __name__ == "__main__":
    verbs.main({"look": look})
