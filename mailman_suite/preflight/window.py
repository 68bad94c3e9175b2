"""What the last window on a host means for the next run. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.host.window.peers import PeersError
from mailman_suite.host.wire.inspection import Inspection, LastWindow
from mailman_suite.releases.catalogue import release_of_identifier
from mailman_suite.settings import Settings

_WHAT = {
    "release": "change of release",
    "web": "change of release",
    "rollback": "rollback",
    "restore": "restore",
}


def unfinished(look: Inspection) -> Iterator[Refusal]:
    """One window at a time, and none after one that has not ended."""
    last = look["window"]
    if not last:
        return
    if last["state"] == "open":
        yield _at_work(f"the {_named(last)} is in progress on the host", layout.WINDOW_UNIT)
    elif last["state"] == "interrupted":
        units = (layout.WINDOW_UNIT, layout.RECOVERY_UNIT)
        yield _interrupted(f"the {_named(last)}", "a window that has ended", *units)


def unfinished_backup(look: Inspection) -> Iterator[Refusal]:
    """Nothing changes while a backup is being made."""
    last = look["backup"]
    if not last:
        return
    if last["state"] == "open":
        yield _at_work(f"the backup {last['id']} is being made on the host", layout.BACKUP_UNIT)
    elif last["state"] == "interrupted":
        units = (layout.BACKUP_UNIT, layout.BACKUP_RECOVERY_UNIT)
        yield _interrupted(f"the backup {last['id']}", "a backup that has ended", *units)


def _at_work(found: str, unit: str) -> Refusal:
    return Refusal(
        found=found,
        expected="one run at a time",
        remedy=f"wait until it has ended (systemctl status {unit}), then run again",
    )


def _interrupted(what: str, expected: str, unit: str, recovery: str) -> Refusal:
    return Refusal(
        found=f"{what} was interrupted and has not ended",
        expected=expected,
        remedy=f"on the host: journalctl -u {unit} -u {recovery}, remove the cause, then "
        f"systemctl restart {recovery}",
    )


def unread(settings: Settings, look: Inspection) -> Iterator[Refusal]:
    """No change of release after one that was rolled back, until it is acknowledged."""
    last = look["window"]
    if not last or settings.acknowledged_window == last["id"]:
        return
    if last["state"] == "rolled back" and not _followed(last):
        yield Refusal(
            found=f"the {_named(last)} was rolled back: {last['reason']}",
            expected="an acknowledgement",
            remedy=f"read {layout.WINDOWS}/{last['id']}/outcome.json on the host and remove the "
            f'cause; to try again, set mailman_acknowledged_window = "{last["id"]}"',
        )
    elif last["state"] == "finished" and last["kind"] == "rollback":
        yield Refusal(
            found=f"the {_named(last)} returned to {last['to']} on purpose",
            expected="group data that declares the release that runs, or an acknowledgement",
            remedy=f"{_declares(settings, last['to'])}to change it again, set "
            f'mailman_acknowledged_window = "{last["id"]}"',
        )


def _declares(settings: Settings, runs: str) -> str:
    """The line that keeps what runs; none where another build of the declared release does."""
    release = release_of_identifier(runs)
    if not release or release.name == settings.release:
        return ""
    return f'to keep the release that runs, set mailman_release = "{release.name}"; '


def _followed(last: LastWindow) -> bool:
    """Whether a web's host only rolled back with Core's host, or got no message that it began.

    The reason is on Core's host, which asks for the acknowledgement itself.
    """
    return last["kind"] == "web" and last["reason"].startswith(PeersError.__name__)


def _named(last: LastWindow) -> str:
    return f"{_WHAT[last['kind']]} {last['id']}"
