"""Data of packages is renamed to our places and back, with the owners and modes that it had."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.base import paths
from mailman_suite.host.inspect import installation
from mailman_suite.host.state import snapshot
from mailman_suite.host.window import renaming
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.window.renaming import RenameError

SNAPSHOT = "snapshot/core/var"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another account")
MAIN = "transport_maps = hash:{var}/data/postfix_lmtp\nmail_owner = postfix\n"


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A directory that stands for a host's root, with the packages' data."""
    for name in ("data", "queue/in", "messages/AB", "cache", "web"):
        (tmp_path / "var" / name).mkdir(parents=True)
    (tmp_path / "var/data/mailman.db").write_text("core")
    (tmp_path / "var/queue/in/1.pck").write_text("a message")
    (tmp_path / "var/queue/in/1.pck").chmod(0o640)
    (tmp_path / "var/web/theirs.db").write_text("web")
    (tmp_path / "var/web/theirs.db-journal").write_text("its journal")
    (tmp_path / "main.cf").write_text(MAIN.format(var=tmp_path / "var"))
    return tmp_path


@pytest.fixture
def journal(host: Path) -> Journal:
    place = host / "window"
    place.mkdir()
    return Journal(place)


def order(host: Path, **more: Any) -> dict[str, Any]:
    var = f"{host}/var"
    return {
        "user": getpass.getuser(),
        "files": {"copies": f"{host}/copies"},
        "renames": {
            "var": var,
            "to": f"{host}/ours/var",
            "stays": ["cache", "web"],
            "files": {f"{host}/ours/web/ours.db": f"{var}/web/theirs.db"},
            "masked": [f"{host}/web.service"],
            "also": [f"{var}/web"],
            "programs": [f"{host}/no-such-program"],
            "postfix": f"{host}/main.cf",
            "maps": {f"hash:{var}/data/postfix_lmtp": "hash:/ours/postfix_lmtp"},
            **more,
        },
    }


def listing(place: Path) -> dict[str, tuple[int, str]]:
    """Every file's inode and mode below a place, by its path there."""
    return {
        str(path.relative_to(place)): (path.stat().st_ino, f"{path.stat().st_mode:o}")
        for path in sorted(place.rglob("*"))
    }


def test_data_is_renamed_not_copied(host: Path, journal: Journal) -> None:
    inode = (host / "var/queue/in/1.pck").stat().st_ino
    renaming.rename(order(host), journal)
    assert (host / "ours/var/queue/in/1.pck").stat().st_ino == inode
    assert (host / "ours/web/ours.db").read_text() == "web"
    assert (host / "ours/web/ours.db-journal").read_text() == "its journal"
    assert sorted(one.name for one in (host / "var").iterdir()) == ["cache", "web"]
    assert os.readlink(host / "web.service") == os.devnull
    assert "transport_maps = hash:/ours/postfix_lmtp\n" in (host / "main.cf").read_text()


def test_everything_comes_back_with_its_mode(host: Path, journal: Journal) -> None:
    before = listing(host / "var")
    renaming.rename(order(host), journal)
    (host / "ours/var/queue/in/1.pck").chmod(0o600)
    (host / "var/web").chmod(0o700)
    for _ in range(2):  # an interrupted way back is gone once more
        renaming.put_back(journal)
        renaming.put_attributes_back(journal)
    assert listing(host / "var") == before


def test_a_snapshot_that_shares_files_has_their_modes_again(host: Path, journal: Journal) -> None:
    kept, message = host / "kept", host / "var/queue/in/1.pck"
    os.link(message, kept)
    aside = host / "var/queue-held/1.pck"
    aside.parent.mkdir()
    message.rename(aside)
    renaming.rename(order(host), journal)
    kept.chmod(0o600)
    renaming.put_back(journal)
    assert kept.stat().st_mode & 0o777 == 0o640


@needs_root
def test_a_file_of_roots_is_given_although_our_snapshot_shares_it(
    host: Path, journal: Journal
) -> None:
    for window in (host / "an-earlier-window", journal.directory):
        snapshot.take_data(host / "var", window / SNAPSHOT)
    message = host / "var/queue/in/1.pck"
    assert (message.stat().st_uid, message.stat().st_nlink) == (0, 3)
    renaming.rename({**order(host), "user": "nobody"}, journal)
    assert (host / "ours/var/queue/in/1.pck").owner() == "nobody"
    renaming.put_back(journal)
    renaming.put_attributes_back(journal)
    assert message.owner() == "root"


@needs_root
@pytest.mark.parametrize("when", ["before the snapshot", "after it"])
def test_a_name_that_somebody_gave_to_a_file_of_roots_is_refused(
    when: str, host: Path, journal: Journal
) -> None:
    outside, planted = host / "outside", host / "var/queue/in/1.pck"
    outside.write_text("root's alone")
    if when == "after it":
        snapshot.take_data(host / "var", journal.directory / SNAPSHOT)
    planted.unlink()
    os.link(outside, planted)
    if when == "before the snapshot":
        snapshot.take_data(host / "var", journal.directory / SNAPSHOT)
    with pytest.raises(paths.ForeignError, match=r"found 1\.pck, a second name"):
        renaming.rename({**order(host), "user": "nobody"}, journal)
    assert outside.owner() == "root"


def test_what_a_late_job_began_gives_way_to_the_data(host: Path, journal: Journal) -> None:
    before = listing(host / "var")
    renaming.rename(order(host), journal)
    (host / "var/data").mkdir()
    (host / "var/data/mailman.db").write_text("")
    renaming.put_back(journal)
    renaming.put_attributes_back(journal)
    assert listing(host / "var") == before


def test_a_window_that_renamed_nothing_puts_nothing_back(host: Path, journal: Journal) -> None:
    before = listing(host)
    renaming.put_back(journal)
    renaming.put_attributes_back(journal)
    assert listing(host) == before


@pytest.mark.parametrize("name", ["ours/var/data/old", "ours/web/ours.db"])
def test_nothing_in_our_places_is_overwritten(host: Path, journal: Journal, name: str) -> None:
    (host / name).parent.mkdir(parents=True)
    (host / name).write_text("somebody's")
    before = listing(host / "var")
    with pytest.raises(RenameError, match="exists; expected nothing there"):
        renaming.rename(order(host), journal)
    assert listing(host / "var") == before


def test_a_job_that_goes_on_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(renaming, "_JOB_SECONDS", 0)
    job = tmp_path / "job.py"
    job.write_text("import time; print('begun', flush=True); time.sleep(60)")
    words = [sys.executable, str(job)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        with pytest.raises(RenameError, match=r"still running: .*job\.py"):
            renaming.wait_for_jobs([str(job)])
        process.kill()
    renaming.wait_for_jobs([str(job)])


def test_maps_are_found_word_for_word_but_not_in_comments(tmp_path: Path) -> None:
    path = tmp_path / "main.cf"
    path.write_text(
        "# hash:/lists/data/old\ntransport_maps = hash:/lists/data/postfix_lmtp,\n"
        "    regexp:/lists/data/other\nx = hash:/lists2/data/y\n"
    )
    assert installation.maps(str(path), "/lists") == [
        "hash:/lists/data/postfix_lmtp",
        "regexp:/lists/data/other",
    ]


def test_what_is_on_another_file_system_is_named(tmp_path: Path) -> None:
    (tmp_path / "var/data").mkdir(parents=True)
    home = str(tmp_path / "not/made/yet")
    assert installation.foreign(str(tmp_path / "var"), home) == []
    if os.stat("/proc").st_dev != tmp_path.stat().st_dev:
        assert installation.foreign("/proc/self/attr", home)[0] == "/proc/self/attr"
