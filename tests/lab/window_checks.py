"""What must hold of a host after a window, however it ended."""

from __future__ import annotations

import json
import shlex
from typing import Any

from mailman_suite.host.state.invariants import differences
from tests.lab import invariant_look, older
from tests.lab.suites import CORE, MTA, PROXY, QCLUSTER, WEB, Suite

VENV = "/opt/mailman/venv"
SHELL = f"cd / && runuser -u mailman -- {VENV}/bin/mailman-web shell"
TIMERS = "mailman-digests.timer mailman-notify.timer hyperkitty-jobs@hourly.timer"
# Core forgets neither of a member that is gone, such as that of the run's own message at its end.
PROBED = ("preferences: ", "used identifiers: ")
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
    left = PROBED if outcome["outcome"] == "finished" else ()
    assert [one for one in found if not one.startswith(left)] == [], (found, outcome)
    assert core_has_its_schema(suite), outcome


def core_has_its_schema(suite: Suite) -> bool:
    """Whether Core's database has the schema of the release that runs, no older and no newer one.

    Asks the programs that `invariants` brought to the host.
    """
    databases = invariant_look.databases(suite.machine)
    question = json.dumps({**databases, "heads": f"{VENV}/../heads.json"})
    program = invariant_look.program(f"{VENV}/bin/python", "state.schema")
    said = suite.run(f"{program} look {shlex.quote(question)}")
    return not json.loads(said)["core"]


def web_sql(suite: Suite, statement: str) -> None:
    """A statement in the web's database, by the role of the web itself."""
    code = f"from django.db import connection; connection.cursor().execute({statement!r})"
    suite.run(f"{SHELL} -c {shlex.quote(code)}")
