"""The maintenance window: the only step that interrupts the suite, for some seconds."""

from pyinfra.api import deploy

from mailman_suite.operations import window
from mailman_suite.suite.files import web_settings
from mailman_suite.suite.suite import Suite
from mailman_suite.suite.units import declaration
from mailman_suite.windows import restore, rollback
from mailman_suite.windows.restore import Restore
from mailman_suite.windows.rollback import Rollback


@deploy("Window")
def passed(suite: Suite) -> None:
    """Switches to the declared release, or rolls back by itself."""
    if not suite.settings.runs("core"):
        return
    window.passed(
        name=f"The release that runs is {suite.identifier}",
        suite=suite,
        settings=web_settings(suite),
    )


@deploy("Window")
def web_hosts_closed(suite: Suite) -> None:
    """The web's own hosts are disconnected from the data before Core's host changes it."""
    if suite.settings.role in ("core", "web"):
        window.prepared(
            name=f"Static files of {suite.identifier} are ready",
            suite=suite,
            settings=web_settings(suite),
        )
    if suite.settings.role == "web":
        window.closed(
            name="The web is closed for a change of release",
            suite=suite,
        )


@deploy("Window")
def web_hosts_opened(suite: Suite) -> None:
    """The web's hosts serve again, in the release that Core's host has, or in the old one."""
    if suite.settings.role != "web":
        return
    window.opened(name=f"The web runs {suite.identifier}", suite=suite)


@deploy("Window")
def rolls_back(back: Rollback) -> None:
    """Returns to the state before an earlier window, or keeps the present one if that fails."""
    window.carried_out(
        name=f"The suite is rolled back to before {back.to['id']}",
        suite=back.suite,
        order=rollback.order(back, declaration(back.suite)),
    )


@deploy("Window")
def restores(backup: Restore) -> None:
    """Replaces the data with that of a backup, or keeps the present data if that fails."""
    window.carried_out(
        name=f"The suite has the data of backup {backup.backup['id']}",
        suite=backup.suite,
        order=restore.order(backup, declaration(backup.suite)),
    )
