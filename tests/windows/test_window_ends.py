"""Every kind of window takes its steps in this order, and keeps its promise."""

from __future__ import annotations

import pytest

from tests.windows import in_process, outcomes
from tests.windows.hosts import Host

_STOPPING = [
    "Postfix holds mail back, pages are read-only",
    "Jobs have ended",
    "Core has emptied its queues",
    "Core is stopped",
    "Core's data is kept",
    "The web is stopped",
    "The web's data is kept",
    "Queues are set aside",
]
_BEFORE = ["There is room for the way back", "Configuration is kept"]
_SERVING = ["The web answers", "Core answers", "Mail flows again"]
STEPS = {
    "release": [
        *_BEFORE,
        *_STOPPING,
        "Counts before are taken",
        "Configuration is the new one",
        "The link leads to the new release",
        "Both schemas are the new ones",
        "Counts are as before",
        "The new release is started",
        *_SERVING,
    ],
    "restart": [
        "Configuration is kept",
        *[step for step in _STOPPING if "data is kept" not in step],
        "Configuration is the new one",
        "The link leads to the new release",
        "The new release is started",
        *_SERVING,
    ],
    "by hand": [
        *_BEFORE,
        "Doubled cron jobs are removed",
        *_STOPPING,
        "Counts before are taken",
        "What was made by hand is put aside",
        "The gates' changes are made",
        "Configuration is the new one",
        "The link leads to the new release",
        "Both schemas are the new ones",
        "Counts are as before",
        "The new release is started",
        *_SERVING,
    ],
    "packages": [
        *_BEFORE,
        *_STOPPING,
        "Counts before are taken",
        "What was made by hand is put aside",
        "The packages' data is renamed to its new place",
        "Configuration is the new one",
        "The link leads to the new release",
        "Both schemas are the new ones",
        "Counts are as before",
        "The new release is started",
        *_SERVING,
    ],
    "core": [
        *_BEFORE,
        "The web's hosts know that a window is open",
        "No host of the web is at work",
        *_STOPPING,
        "Counts before are taken",
        "Configuration is the new one",
        "The link leads to the new release",
        "Both schemas are the new ones",
        "Counts are as before",
        "The new release is started",
        *_SERVING,
    ],
    "web": [
        "Configuration is kept",
        "Pages are closed",
        "Jobs have ended",
        "The web is stopped",
        "Core's host has finished",
        "Configuration is the new one",
        "The link leads to the new release",
        "The new release is started",
        "The web answers",
        "Core answers the web",
        "Mail flows again",
    ],
    "rollback": [
        *_BEFORE,
        *_STOPPING,
        "Counts before are taken",
        "Data is that of then",
        "Configuration is that of then",
        "Counts are those of then",
        "Mail for the archive that waits now still does",
        "The web's cache is empty",
        "The suite of then is started",
        *_SERVING,
    ],
    "restore": [
        "The backup is unpacked",
        *_BEFORE,
        *_STOPPING,
        "Counts before are taken, if they can be",
        "The search index is put aside",
        "Data is that of the backup",
        "Secrets are those of the backup",
        "Configuration has these secrets",
        "Counts are those of the backup",
        "The backup's queues are set aside too",
        "The web's cache is empty",
        "The suite is started",
        *_SERVING,
    ],
    "backup": [
        "There is room for the backup",
        "Configuration is kept",
        *_STOPPING[:4],
        "Data is kept and counted",
        "Core is started again",
        "Core answers",
        "Mail flows again",
        "The backup is packed",
        "Older backups are gone",
    ],
}


@pytest.mark.parametrize("kind", STEPS)
def test_a_window_takes_its_steps_in_this_order_and_keeps_its_promise(
    kind: str, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not in_process.killed_at(host, monkeypatch, line=0)
    assert host.outcome["outcome"] == "finished"
    assert host.steps == STEPS[kind]
    outcomes.assert_ended(host)
