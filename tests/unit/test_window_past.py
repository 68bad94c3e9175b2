"""What a rollback and a restore put back on the host, and what they leave as it is now."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.state import snapshot
from mailman_suite.host.window import restore, rollback
from mailman_suite.host.window.journal import Journal

THEN, NOW = "of then", "of now"


def databases(root: Path) -> dict[str, Any]:
    """Two SQLite databases below a directory."""
    places = {"core": root / "var/data/mailman.db", "web": root / "web.db"}
    return {
        **{name: {"engine": "sqlite", "path": str(path)} for name, path in places.items()},
        "secrets": str(root / "secrets"),
    }


def fill(root: Path, what: str) -> None:
    """A suite's data that say when they are of."""
    for name in ("data", "queue/in", "queue/shunt", "archives/hyperkitty/spool", "lists"):
        (root / "var" / name).mkdir(parents=True, exist_ok=True)
        (root / "var" / name / what).write_text(what)
    (root / "var/lists/list").write_text(what)
    for name in ("core", "web"):
        with sqlite3.connect(databases(root)[name]["path"]) as connection:
            connection.execute("DROP TABLE IF EXISTS said")
            connection.execute("CREATE TABLE said AS SELECT ? AS what", (what,))
        connection.close()


def said(root: Path, name: str) -> str:
    connection = sqlite3.connect(databases(root)[name]["path"])
    ((what,),) = connection.execute("SELECT what FROM said").fetchall()
    connection.close()
    return str(what)


def keep(root: Path, place: Path) -> None:
    """What a window keeps, as it does."""
    (place / "core").mkdir(parents=True)
    snapshot.take_data(root / "var", place / "core" / "var")
    for name in ("core", "web"):
        (place / name).mkdir(exist_ok=True)
        snapshot.take_database(name, databases(root), place / name)
        snapshot.seal(place / name)
    snapshot.seal(place)


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A host whose data are of now; `past` is a window's directory, with those of then."""
    fill(tmp_path, THEN)
    keep(tmp_path, tmp_path / "past/snapshot")
    for name in ("data", "queue/in", "queue/shunt", "archives/hyperkitty/spool", "lists"):
        (tmp_path / "var" / name / THEN).unlink()
    fill(tmp_path, NOW)
    for place, what in (("past", THEN), ("window", NOW)):
        (tmp_path / place).mkdir(exist_ok=True)
        counts = {"members": {"count": len(what), "digest": what}}
        manifest = {"format": 1, "id": place, "invariants": counts}
        (tmp_path / place / "manifest.json").write_text(json.dumps(manifest))
    keep(tmp_path, tmp_path / "window/snapshot")
    order = {"databases": databases(tmp_path), "by_hand": None}
    (tmp_path / "past/order.json").write_text(json.dumps(order))
    return tmp_path


def order_on(host: Path) -> dict[str, Any]:
    return {
        "past": str(host / "past"),
        "past_paths": [str(host / "etc/*")],
        "own_units": [],
        "var": str(host / "var"),
        "databases": databases(host),
    }


def files(host: Path, folder: str) -> list[str]:
    return sorted(path.name for path in (host / "var" / folder).iterdir() if path.is_file())


def test_data_go_back_and_queues_stay(host: Path) -> None:
    journal = Journal(host / "window")
    rollback.put_data(order_on(host), journal)
    assert [said(host, name) for name in ("core", "web")] == [THEN, THEN]
    assert (host / "var/lists/list").read_text() == THEN
    assert files(host, "lists") == ["list", THEN]
    assert (files(host, "queue/in"), files(host, "queue/shunt")) == ([NOW], [NOW])
    sentence = "members: 6 before, 7 after"
    assert journal.found("given up")["counts"] == [sentence]


def test_what_waits_for_the_archive_is_kept_beside_what_waited(host: Path) -> None:
    order, journal = order_on(host), Journal(host / "window")
    rollback.put_data(order, journal)
    assert files(host, rollback.SPOOL) == [THEN]
    rollback.keep_spool(order, journal)
    assert files(host, rollback.SPOOL) == [NOW, THEN]
    shutil.rmtree(host / "var/archives")
    rollback.keep_spool(order, journal)
    assert files(host, rollback.SPOOL) == [NOW]


def test_files_go_back_but_for_those_that_are_not_named(host: Path) -> None:
    for name in ("kept", "gone", "other"):
        (host / "past/snapshot/files" / str(host).lstrip("/") / "etc").mkdir(
            parents=True, exist_ok=True
        )
        (host / "etc").mkdir(exist_ok=True)
        (host / "etc" / name).write_text(NOW)
    copies = host / "past/snapshot/files" / str(host).lstrip("/") / "etc"
    (copies / "kept").write_text(THEN)
    (host / "main.cf").write_text(NOW)
    rollback.put_files(order_on(host), Journal(host / "window"))
    assert {path.name: path.read_text() for path in (host / "etc").iterdir()} == {"kept": THEN}
    assert (host / "main.cf").read_text() == NOW


def pack(host: Path, *, leave_out: str = "") -> dict[str, Any]:
    """The order of a restore of what `past` keeps, packed as backups are."""
    if leave_out:
        (host / "past/snapshot" / leave_out).unlink()
    archive = host / "past.tar.gz"
    words = ["tar", "-czf", str(archive), "-C", str(host / "past"), "manifest.json", "snapshot"]
    subprocess.run(words, check=True)
    about = {"backup": str(archive), "backup_id": "past", "backup_bytes": 10**6}
    return {**order_on(host), **about, "secrets": []}


def test_a_restore_takes_the_backups_queues_and_keeps_those_of_now(host: Path) -> None:
    order, journal = pack(host), Journal(host / "window")
    restore.unpack(order, journal)
    restore.mail.set_aside(order, journal)
    restore.put_data(order, journal)
    assert [said(host, name) for name in ("core", "web")] == [THEN, THEN]
    assert (files(host, "queue/in"), files(host, "queue-held/in")) == ([THEN], [NOW])
    restore.set_aside(order, journal)
    assert (files(host, "queue/in"), files(host, "queue-held/in")) == ([], [NOW, THEN])
    assert files(host, "queue/shunt") == [NOW, THEN]


@pytest.mark.parametrize("part", ["complete", "core/complete", "web/complete"])
def test_an_archive_without_all_its_parts_is_no_backup(host: Path, part: str) -> None:
    order = pack(host, leave_out=part)
    with pytest.raises(restore.BackupError, match="not all of it; expected the whole of"):
        restore.unpack(order, Journal(host / "window"))


def test_an_archive_that_cannot_be_read_says_what_tar_said(host: Path) -> None:
    order = pack(host)
    content = Path(order["backup"]).read_bytes()
    Path(order["backup"]).write_bytes(content[: len(content) // 2])
    with pytest.raises(restore.BackupError, match=r"cannot be unpacked: .*gzip"):
        restore.unpack(order, Journal(host / "window"))


def test_the_archive_of_another_backup_is_refused(host: Path) -> None:
    order = {**pack(host), "backup_id": "another"}
    with pytest.raises(restore.BackupError, match="holds past; expected the whole of anoth"):
        restore.unpack(order, Journal(host / "window"))


def test_a_restore_without_room_says_so(host: Path) -> None:
    order = {**pack(host), "backup_bytes": 10**18}
    with pytest.raises(
        restore.window_room.RoomError, match=r"MiB\. Free some space\. Nothing was stopped"
    ):
        restore.unpack(order, Journal(host / "window"))
