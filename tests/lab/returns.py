"""Rollbacks and restores of a suite of the lab, as its administrator makes them; what they undo."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.lab import installed, older
from tests.lab.suites import Suite
from tests.lab.window_strikes import WINDOW, settled, when_begun

NEWER = {"mailman_release": older.NEW}
KILL = "systemctl kill --kill-whom=main --signal=KILL mailman-window.service"
# A bad day: a database is no database any more, another and Core's directories are gone.
_DESTROY = """
systemctl stop mailman3 mailmanweb mailmanweb-qcluster
cd /opt/mailman/mm/var && rm -rf lists messages templates archives queue/held-back
test ! -e data/mailman.db || { rm data/mailman.db
  dd if=/dev/urandom of=/opt/mailman/web/mailman-web.db bs=4k count=20 conv=notrunc; }
echo another-password > /etc/mailman3/secrets/rest_password
"""
_DROP = """
for database in mailman mailmanweb; do
runuser -u postgres -- psql -q -d $database -c 'DROP OWNED BY CURRENT_USER' \
  -c "DO \\$\\$ DECLARE one text; BEGIN FOR one IN SELECT tablename FROM pg_tables
      WHERE schemaname = 'public' LOOP EXECUTE format('DROP TABLE public.%I CASCADE', one);
      END LOOP; END \\$\\$"
done
"""


def run(
    suite: Suite, deploy: str, data: Mapping[str, Any], repository: Path = installed.REPOSITORY
) -> subprocess.CompletedProcess[str]:
    """One run of a deploy by its name; `stdout` holds everything that it said."""
    return installed.converge(
        suite.machine,
        {**suite.combination.data, **data},
        deploy=f"deploys/{deploy}.py",
        timeout=installed.INSTALL_SECONDS,
        repository=repository,
    )


def strike(
    suite: Suite, deploy: str, data: Mapping[str, Any], step: str, how: str
) -> dict[str, Any]:
    """How the window ended that the host was struck in when it began a step."""
    interrupt(suite, deploy, data, step, how)
    return settled(suite)


def interrupt(
    suite: Suite,
    deploy: str,
    data: Mapping[str, Any],
    step: str,
    how: str,
    repository: Path = installed.REPOSITORY,
) -> None:
    """The host is struck when its window begins a step; returns when the run has ended."""
    declared = {**suite.combination.data, **data}
    words = installed.command(suite.machine, declared, deploy=f"deploys/{deploy}.py")
    process = subprocess.Popen(words, cwd=repository, stdout=subprocess.DEVNULL)
    when_begun(suite.machine, step, KILL if how == "killed" else "true")
    if how == "power-cut":
        suite.machine.power_cut()
        suite.machine.boot()
    elif how == "controller-killed":
        process.kill()
    process.wait(timeout=120)


def last_window(suite: Suite) -> str:
    """The id of the window that was opened last."""
    return suite.run(f"basename $(readlink {WINDOW})").strip()


def destroy(suite: Suite) -> None:
    """Nothing of the suite's data can be used any more."""
    suite.run(_DESTROY)
    if suite.combination.database == "postgresql":
        suite.run(_DROP)
