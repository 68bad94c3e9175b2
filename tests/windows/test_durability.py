"""What a window relies on is on the disk before it does: a power cut loses what is not.

Tests on machines cannot tell: what a virtual machine's kernel has not written yet survives there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import pytest

from tests.windows import in_process, kinds, recording
from tests.windows.conftest import Fresh
from tests.windows.hosts import Host
from tests.windows.loopback import loopback
from tests.windows.product import COMMITTED

# What tells how far a window came, and what it has kept.
NOTES = ("manifest.json", "outcome.json", "complete", "counts_after.json", "shunted.json")
NOTES += ("renamed.json",)
# Copies on their way into their places, which a sync of everything follows; and a mark without
# contents.
_LATER = re.compile(r"/\.[^/]*\.back$|/index-wanted$", re.M)
# Those that finish; and those of them whose data change.
_WITHOUT_DATA = ("web", "restart", "rollback without data")
_FINISH = [one for one in kinds.KINDS if one != "web back"]
every_kind = pytest.mark.parametrize("kind", _FINISH)
every_window = pytest.mark.parametrize("kind", [one for one in _FINISH if one != "backup"])


class Ran(NamedTuple):
    """A host whose window has ended, and what reached the disk meanwhile."""

    host: Host
    events: list[recording.Event]


@pytest.fixture(scope="session")
def ran(prepared: Callable[[str], Fresh]) -> Callable[[str], Ran]:
    """Kind -> its window, which runs once; it finished."""

    @cache
    def of(kind: str) -> Ran:
        host = prepared(kind)()
        with pytest.MonkeyPatch.context() as patched:
            in_process.watched(host, patched)
            with recording.recorded(patched, host.root / "pretended") as events:
                in_process.call(host, "run")
        assert host.outcome["outcome"] == "finished", host.outcome
        return Ran(host, events)

    return of


@pytest.fixture
def events(host: Host, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[recording.Event]]:
    """What reaches the disk from now on; Postfix looks after its own configuration."""
    with recording.recorded(monkeypatch, host.root / "pretended") as found:
        yield found


@every_kind
def test_every_file_has_its_contents_on_the_disk_before_its_name(
    kind: str, ran: Callable[[str], Ran]
) -> None:
    events = ran(kind).events
    early = recording.renamed_early(events)
    assert [path for path in early if not _LATER.search(f"{path}\n{sources(events)[path]}")] == []


def sources(events: list[recording.Event]) -> dict[str, str]:
    return {event.path: event.source for event in events if event.what == "rename"}


@every_kind
def test_notes_are_on_the_disk_before_anything_goes_on(
    kind: str, ran: Callable[[str], Ran]
) -> None:
    events = ran(kind).events
    for name in NOTES:
        assert recording.missing_while(events, name) == set()
    assert recording.unsynced_lines(events) == []


@every_window
def test_everything_is_on_the_disk_when_a_window_commits(
    kind: str, ran: Callable[[str], Ran]
) -> None:
    assert recording.missing_at(ran(kind).events, COMMITTED) == set()


@every_kind
def test_everything_is_on_the_disk_when_it_says_that_it_has_ended(
    kind: str, ran: Callable[[str], Ran]
) -> None:
    assert recording.missing_before(ran(kind).events, ".outcome.json.new") == set()


@pytest.mark.parametrize("kind", ["backup"])
def test_everything_is_on_the_disk_when_a_backup_says_that_it_failed(
    host: Host, events: list[recording.Event]
) -> None:
    (host.root / "pretended/without-runners").touch()
    in_process.call(host, "run")
    assert host.outcome["outcome"] == "failed"
    assert recording.missing_before(events, ".outcome.json.new") == set()


@pytest.mark.parametrize("kind", ["backup"])
def test_an_archive_is_on_the_disk_before_its_description(
    kind: str, ran: Callable[[str], Ran]
) -> None:
    host, events = ran(kind)
    missing = recording.missing_before(events, f".{host.order['id']}.json.new")
    assert [path for path in missing if path.endswith(".tar.gz")] == []


@every_window
def test_everything_is_on_the_disk_when_a_way_back_says_so(
    kind: str, host: Host, events: list[recording.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loopback(), "broken", {"lmtp", "/mailman3/lists/"})
    in_process.call(host, "run")
    assert host.outcome["outcome"] == "rolled back"
    assert recording.missing_at(events, "put back") == set()


@every_kind
def test_a_seal_comes_after_what_it_seals(kind: str, ran: Callable[[str], Ran]) -> None:
    host, events = ran(kind)
    seals = [at for at, event in enumerate(events) if event.path.endswith("/.complete.new")]
    writes = [at for at in seals if events[at].what == "create"]
    sides = 0 if kind in _WITHOUT_DATA else 2 - len(host.order.get("leaves", []))
    assert len(writes) == 1 + sides, "configuration, Core's data, the web's"
    for at in writes:
        disk = recording.Disk()
        for event in events[:at]:
            disk.after(event)
        sealed = events[at].path.removesuffix(".complete.new")
        assert [path for path in disk.missing if path.startswith(sealed)] == []
