"""Copies a whole suite into one archive on its host, during a short pause of its mail."""

from __future__ import annotations

import time
from collections.abc import Generator

from pyinfra.api import FileUploadCommand, QuoteString, StringCommand, operation
from pyinfra.api.command import PyinfraCommand

from mailman_suite.base import layout
from mailman_suite.host.state.manifest import release_parts
from mailman_suite.operations.shown import ShownCommand
from mailman_suite.suite.suite import Suite
from mailman_suite.windows import backup, upgrade

_ARCHIVE = f"{layout.STAGING}/backup.tar"


@operation(is_idempotent=False)
def made(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    """A new backup is in its directory on the host; prints its path, its size and the pause.

    + suite: what runs on the host, as `mailman_suite.inspection.standing.standing` gives it
    """
    name = f"{time.strftime('%Y%m%dT%H%M%S')}-{release_parts(suite.running)['release_name']}"
    yield StringCommand(f"install -d -m 700 {layout.STATE} {layout.STAGING}")
    content = backup.order(suite, name)
    yield FileUploadCommand(upgrade.bundle(suite, content, backup.UNIT_FILES), _ARCHIVE)
    yield ShownCommand(*_begun(suite))


def _begun(suite: Suite) -> tuple[str | QuoteString, ...]:
    """Puts the order in place, starts it under systemd, and shows progress."""
    return (
        f"case $(systemctl show --property=ActiveState --value {layout.BACKUP_UNIT}) in",
        "inactive|failed) ;; *) echo 'error: another backup of this host is being made' >&2;",
        "exit 1;; esac &&",
        f"rm -rf {layout.BACKUP} && install -d -m 700 {layout.BACKUP} &&",
        f"tar -xf {_ARCHIVE} -C {layout.BACKUP} && rm {_ARCHIVE} &&",
        f"cp {layout.BACKUP}/units/*.service {layout.UNITS}/ &&",
        f"chmod 644 {' '.join(backup.UNIT_FILES)} && systemctl daemon-reload &&",
        f"systemctl --quiet enable {layout.BACKUP_RECOVERY_UNIT} && sync &&",
        f"systemctl start --no-block {layout.BACKUP_UNIT} &&",
        f"PYTHONPATH={layout.BACKUP}/program",
        QuoteString(suite.python),
        "-s -B -m mailman_suite.host.backup.program follow",
        layout.BACKUP,
    )
