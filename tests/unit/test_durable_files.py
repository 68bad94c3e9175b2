"""What programs write is on the disk before it counts: a power cut leaves all of it or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mailman_suite.host.apply import postgresql_access, search_index
from mailman_suite.host.base import files
from mailman_suite.host.build import assets, release
from mailman_suite.preflight import shared_secrets
from mailman_suite.rehearsal import records
from tests.unit.test_build_release import assets_of
from tests.unit.test_rehearsal_copy import production, received
from tests.unit.test_unpack_release import BUILD, Order
from tests.windows import recording
from tests.windows.recording import Disk, Event

assert production  # a fixture


def events_of(write: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What a call did to the disk."""
    with recording.recorded(monkeypatch, Path("/proc")) as events:
        write()
    return events


def left(events: list[Event], below: Path) -> set[str]:
    """Files with contents that a power cut would take now."""
    disk = Disk()
    for event in events:
        disk.after(event)
    return {path for path in disk.contents if Path(path).is_relative_to(below)}


WRITERS: dict[str, Callable[[Path], Any]] = {
    "a note": lambda place: files.write_durably(place / "note", "text"),
    "PostgreSQL's access rules": lambda place: postgresql_access.write(
        str(place / "pg_hba.conf"), "rules", os.getuid(), os.getgid(), 0o640
    ),
    "a list that is in the index": lambda place: search_index.note(place / "wanted", "list"),
    "secrets of all hosts": lambda place: shared_secrets.main([str(place / "secrets")]),
    "the records of a rehearsal": lambda place: records._written(place / "one", {"a": "b"}),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_contents_are_on_the_disk_in_the_end_and_before_their_name(
    write: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = events_of(lambda: write(tmp_path), monkeypatch)
    assert {event.what for event in events} & {"create", "write"}
    assert left(events, tmp_path) == set()
    assert recording.renamed_early(events) == []


def test_a_copy_of_production_is_on_the_disk_when_it_says_so(
    production: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = events_of(lambda: received(production, tmp_path), monkeypatch)
    assert left(events, tmp_path / "staging") == set()


def around_rename(events: list[Event], target: Path) -> tuple[Event, Event | None]:
    """What came before a thing had its name, and after that."""
    (at,) = [at for at, one in enumerate(events) if (one.what, one.path) == ("rename", str(target))]
    return events[at - 1], next(iter(events[at + 1 :]), None)


def test_an_unpacked_release_has_its_name_once_all_of_it_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Order(tmp_path)
    events = events_of(order.unpacked, monkeypatch)
    before, after = around_rename(events, order.release_dir)
    assert before == Event("syncfs", str(order.release_dir.with_name(f".{BUILD}.new")))
    assert after == Event("fsync", str(order.release_dir.parent)), "and then its name is"


def test_a_built_release_is_on_the_disk_before_its_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("scratch", "prepared"):
        (tmp_path / name).mkdir()
    build: Any = SimpleNamespace(release_dir=tmp_path, prepared=tmp_path / "prepared")
    account: Any = SimpleNamespace(scratch=tmp_path / "scratch")
    progress: Any = [].append
    ended = events_of(lambda: release.finish(build, account, "{}", progress), monkeypatch)
    assert ended[-1] == Event("syncfs", str(tmp_path))


def test_static_files_are_switched_to_once_they_are_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = assets_of(tmp_path, "a" * 64)
    made.target.mkdir()
    events = events_of(lambda: assets.switch(made), monkeypatch)
    assert around_rename(events, made.link)[0] == Event("syncfs", str(made.target))
