"""What must hold of a host after a window, however it ended."""

from __future__ import annotations

import shlex
from typing import Any

import invariant_look
import older
from suites import CORE, MTA, PROXY, QCLUSTER, WEB, Suite

from mailman_suite.host.invariants import differences

VENV = "/opt/mailman/venv"
SHELL = f"cd / && runuser -u mailman -- {VENV}/bin/mailman-web shell"
TIMERS = "mailman-digests.timer mailman-notify.timer hyperkitty-jobs@hourly.timer"
# Says what a window left behind: marks, mail that is held back, files with working names.
_LEFT = """
ls -d /run/mailman3-suite/closed /opt/mailman/mm/var/queue-held 2>/dev/null
postconf -h defer_transports
find /opt/mailman /etc/mailman3 /etc/postfix -xdev -path '*/releases/*' -prune \
  -o \\( -name '.*.back' -o -name '*.new' \\) -print
"""


def invariants(suite: Suite) -> dict[str, Any]:
    """Every count and digest of the host."""
    return invariant_look.look(suite.machine)


def runs(suite: Suite) -> str:
    """The release that the link leads to, without its Python and its digest."""
    return suite.run(f"basename $(dirname $(readlink -f {VENV}))").split("-py")[0]


def assert_whole(suite: Suite, outcome: dict[str, Any], before: dict[str, Any]) -> None:
    """One release runs and serves, whole, with the data of before; nothing of the window is left.

    A window that finished has the new release, one that went back the old.
    """
    ended = {"finished": older.NEW, "rolled back": older.OLD}
    assert runs(suite) == ended[outcome["outcome"]], outcome
    suite.wait_until_serving()
    services = f"{CORE} {WEB} {QCLUSTER} {PROXY} {MTA} {TIMERS}"
    states = suite.machine.run(f"systemctl is-active {services}", check=False).stdout.split()
    assert states == ["active"] * len(services.split()), (states, outcome)
    assert suite.run(_LEFT).split() == [], outcome
    found = differences(before, invariants(suite))
    assert found == [], (found, outcome)


def web_sql(suite: Suite, statement: str) -> None:
    """A statement in the web's database, by the role of the web itself."""
    code = f"from django.db import connection; connection.cursor().execute({statement!r})"
    suite.run(f"{SHELL} -c {shlex.quote(code)}")
