"""A backup's archive holds the state directory, is described once it is whole, and makes room."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import tarfile
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.backup import archive as backup_archive
from mailman_suite.host.state import manifest
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.window.room import RoomError

RELEASE = "3.3.10-py3.11-73c92beb6e9e"


@pytest.fixture
def order(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "archives").mkdir()
    databases = {"core": sqlite(tmp_path / "core.db"), "web": sqlite(tmp_path / "web.db")}
    (tmp_path / "var").mkdir()
    return {
        "id": "20261121T170000-3.3.10",
        "databases": {**databases, "secrets": str(tmp_path)},
        "var": str(tmp_path / "var"),
        "archives": str(tmp_path / "archives"),
        "keep": 2,
    }


def sqlite(path: Path) -> dict[str, str]:
    path.write_bytes(b"x" * 1000)
    return {"engine": "sqlite", "path": str(path)}


@pytest.fixture
def journal(order: dict[str, Any], tmp_path: Path) -> Journal:
    """The journal of a backup that has copied everything."""
    place = tmp_path / "backup"
    (place / "snapshot/core").mkdir(parents=True)
    (place / "snapshot/core/secret").write_text("Grüße")
    (place / "snapshot/core/secret").chmod(0o640)
    (place / "snapshot/link").symlink_to("core/secret")
    (place / "order.json").write_text("{}")
    manifest.write(place, order, RELEASE, {"heads": {}, "invariants": {}})
    return Journal(place)


def names(order: dict[str, Any]) -> list[str]:
    return sorted(path.name for path in Path(order["archives"]).iterdir())


def make(order: dict[str, Any], number: int, host: str = "") -> None:
    """A backup that was made before."""
    place = Path(order["archives"])
    told = {"format": manifest.FORMAT, "host": host or socket.gethostname()}
    (place / f"2026110{number}T000000-3.3.10.json").write_text(json.dumps(told))
    (place / f"2026110{number}T000000-3.3.10.tar.gz").touch()


def test_the_archive_holds_the_state_and_its_description_the_digest(
    order: dict[str, Any], journal: Journal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "nice", lambda more: more)

    told = backup_archive.pack(order, journal)

    archive = Path(told["archive"])
    assert names(order) == [f"{order['id']}.json", f"{order['id']}.tar.gz"]
    described = manifest.read(archive.parent / f"{order['id']}.json")
    assert described["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert (described["packed"], described["release"]) == (archive.stat().st_size, RELEASE)
    with tarfile.open(archive) as tar:
        assert tar.getnames()[:2] == [manifest.NAME, "snapshot"]
        secret = tar.getmember("snapshot/core/secret")
        assert (secret.mode, tar.extractfile(secret).read().decode()) == (0o640, "Grüße")  # type: ignore[union-attr]
        assert tar.getmember("snapshot/link").linkname == "core/secret"
    assert not (journal.directory / "snapshot").exists()


def test_nothing_stays_of_half_a_backup(order: dict[str, Any], journal: Journal) -> None:
    make(order, 1)
    place = Path(order["archives"])
    (place / f".{order['id']}.tar.gz.new").touch()
    (place / f".{order['id']}.json.new").touch()
    (place / f"{order['id']}.tar.gz").touch()

    backup_archive.remove_half(order, journal)

    assert names(order) == ["20261101T000000-3.3.10.json", "20261101T000000-3.3.10.tar.gz"]
    assert not (journal.directory / "snapshot").exists()


def test_a_backup_that_has_its_description_stays(order: dict[str, Any], journal: Journal) -> None:
    for kind in ("tar.gz", "json"):
        (Path(order["archives"]) / f"{order['id']}.{kind}").touch()

    backup_archive.remove_half(order, journal)

    assert names(order) == [f"{order['id']}.json", f"{order['id']}.tar.gz"]


def test_the_newest_backups_of_this_host_stay_and_all_of_others(order: dict[str, Any]) -> None:
    for number in (1, 2, 3, 4):
        make(order, number)
    make(order, 0, host="another.host")
    (Path(order["archives"]) / "notes.json").write_text("of the operator's")

    backup_archive.remove_older(order)

    stems = {name.partition("T")[0] for name in names(order)}
    assert stems == {"20261100", "20261103", "20261104", "notes.json"}


def test_too_little_room_is_refused(
    order: dict[str, Any], journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup_archive.require_room(order, journal)
    usage = os.statvfs(order["var"])
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(usage.f_bsize))
    with pytest.raises(RoomError, match=r"the copy and its archive need 8 MiB\. Free"):
        backup_archive.require_room(order, journal)


class Usage:
    """What `shutil.disk_usage` tells of a file system with little room."""

    def __init__(self, free: int) -> None:
        self.free = free
