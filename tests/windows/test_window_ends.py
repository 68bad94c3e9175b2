"""Every kind of window takes its steps in this order, and keeps its promise."""

from __future__ import annotations

import pytest

from tests.windows import expectations, in_process, outcomes
from tests.windows.hosts import Host
from tests.windows.loopback import loopback

_STOPPING = [
    "Postfix holds mail back, pages are read-only",
    "Jobs have ended",
    "Core has emptied its queues",
    "Core is stopped",
    "Core's snapshot is taken",
    "The web is stopped",
    "The web's snapshot is taken",
    "Queues are set aside",
]
_BEFORE = ["There is space for the snapshot and a rollback", "Configuration is copied"]
_SERVING = ["The web answers", "Core answers", "Mail flows again"]
_MIGRATING = [
    "The new configuration is in place",
    "The link leads to the new release",
    "Both schemas are migrated",
    "Counts are unchanged",
    "The new release is started",
    *_SERVING,
]
STEPS = {
    "release": [
        *_BEFORE,
        *_STOPPING,
        "Contents are counted",
        *_MIGRATING,
    ],
    "release of the web": [
        *_BEFORE,
        "Pages are read-only",
        "Jobs have ended",
        "The web is stopped",
        "The web's snapshot is taken",
        "Contents are counted",
        "The new configuration is in place",
        "The link leads to the new release",
        "The web's schema is migrated",
        "Counts are unchanged",
        "The new release is started",
        "The web answers",
        "Core answers",
        "Pages are open again",
    ],
    "release of Core": [
        *_BEFORE,
        *_STOPPING[:5],
        "Queues are set aside",
        "Contents are counted",
        "The new configuration is in place",
        "The link leads to the new release",
        "Core's schema is migrated",
        "Counts are unchanged",
        "The new release is started",
        *_SERVING,
    ],
    "restart": [
        "Configuration is copied",
        *[step for step in _STOPPING if "snapshot is taken" not in step],
        "The new configuration is in place",
        "The link leads to the new release",
        "The new release is started",
        *_SERVING,
    ],
    "by hand": [
        *_BEFORE,
        "Duplicate cron jobs are removed",
        *_STOPPING,
        "Contents are counted",
        "Files made by hand are moved aside",
        "The gates' changes are made",
        *_MIGRATING,
    ],
    "packages": [
        *_BEFORE,
        *_STOPPING,
        "Contents are counted",
        "Files made by hand are moved aside",
        "The packages' data is renamed to its new place",
        *_MIGRATING,
    ],
    "core": [
        *_BEFORE,
        "The web's hosts know that a window is open",
        "No host of the web is connected",
        *_STOPPING,
        "Contents are counted",
        *_MIGRATING,
    ],
    "web": [
        "Configuration is copied",
        "Pages are closed",
        "Jobs have ended",
        "The web is stopped",
        "Core's host has finished",
        "The new configuration is in place",
        "The link leads to the new release",
        "The new release is started",
        "The web answers",
        "Core answers the web",
        "Mail flows again",
    ],
    "rollback": [
        *_BEFORE,
        *_STOPPING,
        "Contents are counted",
        "The snapshot's data is in place",
        "The snapshot's configuration is in place",
        "Counts match the snapshot",
        "Mail that waits for the archive is kept",
        "The web's cache is empty",
        "The old release is started",
        *_SERVING,
    ],
    "rollback without data": [
        "Configuration is copied",
        *[step for step in _STOPPING if "snapshot is taken" not in step],
        "The snapshot's configuration is in place",
        "The web's cache is empty",
        "The old release is started",
        *_SERVING,
    ],
    "restore": [
        "The backup is unpacked",
        *_BEFORE,
        *_STOPPING,
        "Contents are counted, if possible",
        "The search index is moved aside",
        "The backup's data is in place",
        "The backup's secrets are in place",
        "Configuration contains these secrets",
        "Counts match the backup",
        "The backup's queues are set aside too",
        "The web's cache is empty",
        "The suite is started",
        *_SERVING,
    ],
    "backup": [
        "There is space for the backup",
        "Configuration is copied",
        *_STOPPING[:4],
        "Data is copied and counted",
        "Core is started again",
        "Core answers",
        "Mail flows again",
        "The backup is packed",
        "Older backups are removed",
    ],
}


for other in ("by hand", "of the web"):
    STEPS[f"rollback {other}"] = STEPS["rollback"]


@pytest.mark.parametrize("kind", STEPS)
def test_a_window_takes_its_steps_in_this_order_and_keeps_its_promise(
    kind: str, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not in_process.killed_at(host, monkeypatch, line=0)
    assert host.outcome["outcome"] == "finished"
    assert host.steps == STEPS[kind]
    outcomes.assert_ended(host)


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize("kind", ["release of the web", "release of Core"])
def test_a_side_that_is_the_same_in_both_releases_goes_on(
    broken: bool, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the window finishes or not."""
    monkeypatch.setattr(loopback(), "broken", {"/mailman3/lists/"} if broken else set())
    assert not in_process.killed_at(host, monkeypatch, line=0)
    assert host.outcome["outcome"] == ("rolled back" if broken else "finished")
    names = expectations.left_alone(host)
    before = host.before["processes"]
    assert {name: host.unit(name) for name in names} == {name: before[name] for name in names}
    started = [one for one in host.commands[host.commands_before :] if one.startswith("systemctl")]
    assert not [one for one in started if names & set(one.split()) and " show " not in one]
