"""An account that was taken over gains nothing by what it puts where root works."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mailman_suite.host.apply import files as managed_files
from mailman_suite.host.base.engines import DatabaseError
from mailman_suite.host.check import queues
from mailman_suite.host.state import database_copies, snapshot
from mailman_suite.host.window import index, mail, rollback, upgrade
from mailman_suite.host.window.journal import Journal
from tests.unit.hostile_account import LINKS, PLANTS, Outside, Plant, nothing_hangs, taken_over

HELD, QUEUE = "queue-held", "queue"
every_plant = pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
every_link = pytest.mark.parametrize("plant", LINKS, ids=lambda plant: plant.__name__)


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    outside = Outside(tmp_path)
    with nothing_hangs():
        yield outside
    outside.assert_untouched()


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """Core's directory with a message in a queue."""
    var = taken_over(tmp_path / "mm" / "var")
    for name in ("in", "out", "bad"):
        taken_over(var / QUEUE / name)
        (var / QUEUE / name / "1.pck").write_text(name)
    taken_over(var / QUEUE)
    return var


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    (tmp_path / "window").mkdir()
    return Journal(tmp_path / "window")


def declared(tmp_path: Path, *directories: Path) -> dict[str, Any]:
    """What `apply.files` is told of directories alone."""
    me = [pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name]
    return {
        **{name: str(tmp_path / name) for name in ("state", "copies", "secrets")},
        "directories": {str(path): [*me, "700"] for path in directories},
        "files": {},
        "links": {},
        "checks": [],
    }


def refused(what: Callable[[], Any], path: Path) -> None:
    with pytest.raises(SystemExit) as refusal:
        what()
    assert str(path) in str(refusal.value)
    assert "expected" in str(refusal.value)


@every_plant
def test_a_declared_directory_is_no_way_to_another_one(
    plant: Plant, tmp_path: Path, outside: Outside
) -> None:
    web = taken_over(tmp_path / "web")
    plant(web / "fulltext_index", outside)
    asked = declared(tmp_path, web, web / "fulltext_index")
    refused(lambda: managed_files.look(asked), web / "fulltext_index")
    refused(lambda: managed_files.apply(asked), web / "fulltext_index")
    assert web.stat().st_mode & 0o777 == 0o777, "nothing changed before the refusal"


@every_link
def test_the_way_to_a_declared_directory_is_no_link_of_another_account(
    plant: Plant, tmp_path: Path, outside: Outside
) -> None:
    plant(taken_over(tmp_path / "mm") / "var", outside)
    asked = declared(tmp_path, tmp_path / "mm" / "var" / "data")
    with pytest.raises((SystemExit, FileNotFoundError)):
        managed_files.apply(asked)


def test_a_link_that_root_made_where_only_root_can_leads_on(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "opt").symlink_to(tmp_path / "disk")
    managed_files.apply(declared(tmp_path, tmp_path / "opt" / "mailman"))
    assert (tmp_path / "disk" / "mailman").is_dir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes somebody else's directory")
def test_a_declared_directory_of_a_third_account_is_refused(tmp_path: Path) -> None:
    place = taken_over(tmp_path / "web") / "cache"
    place.mkdir()
    os.chown(place, 54321, 54321)
    asked = declared(tmp_path, place)
    refused(lambda: managed_files.look(asked), place)
    (tmp_path / "web").chmod(0o755)
    managed_files.apply(asked)  # where nobody else can write, it is root's own business
    assert place.stat().st_uid == 0


@every_plant
@pytest.mark.parametrize("name", ["index-wanted", "index-wanted.new", ".index-wanted.new"])
def test_asking_for_an_index_writes_nowhere_else(
    plant: Plant, name: str, tmp_path: Path, outside: Outside
) -> None:
    web = taken_over(tmp_path / "web")
    plant(web / name, outside)
    index.ask({"index": str(web / "index-wanted")})
    wanted = web / "index-wanted"
    assert wanted.is_file() and not wanted.is_symlink()
    assert (wanted.read_bytes(), wanted.stat().st_nlink) == (b"", 1)


@every_link
@pytest.mark.parametrize("place", ["messages", "archives"])
def test_a_window_does_not_begin_where_data_lies_elsewhere(
    plant: Plant, place: str, var: Path, journal: Journal, outside: Outside
) -> None:
    plant(var / place, outside)
    order = {"var": str(var), "units": {}, "paths": []}
    refused(lambda: upgrade.keep_configuration(order, journal), var / place)
    assert journal.lines() == [], "nothing was kept or stopped"


@every_link
@pytest.mark.parametrize("place", [HELD, QUEUE, f"{QUEUE}/in", f"{HELD}/in"])
def test_a_window_does_not_begin_where_a_queue_leads_elsewhere(
    plant: Plant, place: str, var: Path, journal: Journal, outside: Outside
) -> None:
    if place == f"{HELD}/in":
        taken_over(var / HELD)
    if (var / place).exists():
        shutil.rmtree(var / place)
    plant(var / place, outside)
    order = {"var": str(var), "units": {}, "paths": []}
    refused(lambda: upgrade.keep_configuration(order, journal), var / place)
    assert journal.lines() == [], "nothing was kept or stopped"
    refused(lambda: mail.set_aside(order, journal), var / place)


@every_plant
def test_mail_is_put_back_whatever_lies_beside_it(
    plant: Plant, var: Path, journal: Journal, outside: Outside
) -> None:
    order = {"var": str(var)}
    mail.set_aside(order, journal)
    plant(var / HELD / "planted", outside)
    plant(var / HELD / "out" / "2.pck", outside)
    mail.put_queues_back(order, journal)
    assert (var / QUEUE / "in" / "1.pck").read_text() == "in"
    assert (var / QUEUE / "out" / "1.pck").read_text() == "out"
    assert any(str(var / HELD) in one for one in mail.left(journal))


@every_plant
def test_a_planted_queue_holds_up_no_other(
    plant: Plant, var: Path, journal: Journal, outside: Outside
) -> None:
    order = {"var": str(var)}
    mail.set_aside(order, journal)
    shutil.rmtree(var / QUEUE / "in")
    plant(var / QUEUE / "in", outside)
    mail.put_queues_back(order, journal)
    assert (var / QUEUE / "out" / "1.pck").read_text() == "out"
    assert (var / HELD / "in" / "1.pck").read_text() == "in", "kept, and named"
    assert queues.look({"var": str(var)})["held"][0] == 1, "and counted from then on"
    assert any(str(var / QUEUE / "in") in one for one in mail.left(journal))


@every_plant
@pytest.mark.parametrize("place", [HELD, f"{HELD}/in", "index"])
def test_after_its_commit_a_window_comes_to_its_end(
    plant: Plant,
    place: str,
    var: Path,
    journal: Journal,
    outside: Outside,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(upgrade.units, "apply", lambda declared: told.append("units"))
    monkeypatch.setattr(mail, "let_through", lambda order, journal: told.append("mail"))
    mta = SimpleNamespace(flush=lambda: told.append("flush"))
    monkeypatch.setattr(mail, "mta", lambda order: mta)
    monkeypatch.setattr(upgrade.peers, "tell_end", lambda order, journal, how: None)
    if place != HELD:
        taken_over(var / HELD)
    plant(var / place, outside)
    order = {
        "invariants": {"var": str(var)},
        "closed": str(var / "closed"),
        "declared_units": {},
        "index": str(var / "index" / "wanted"),
        "removes": [],
        "from": "old",
        "to": "new",
    }
    upgrade.complete(order, journal)
    assert told == ["mail", "units", "flush"]
    outcome = journal.outcome()
    assert outcome and outcome["outcome"] == "finished"
    assert any(str(var / place) in one for one in outcome["left"])


@every_link
def test_the_webs_cache_is_emptied_nowhere_else(
    plant: Plant, tmp_path: Path, journal: Journal, outside: Outside
) -> None:
    cache = taken_over(tmp_path / "web") / "cache"
    plant(cache, outside)
    refused(lambda: rollback.empty_cache({"cache": str(cache)}, journal), cache)
    cache.unlink()
    taken_over(cache)
    plant(cache / "entry", outside)
    rollback.empty_cache({"cache": str(cache)}, journal)
    assert list(cache.iterdir()) == []


@every_plant
@pytest.mark.parametrize(
    "name", [".mailman.db.back", ".mailman.db.new", "mailman.db", "mailman.db-wal"]
)
def test_a_database_is_put_back_in_its_own_place(
    plant: Plant, name: str, tmp_path: Path, outside: Outside
) -> None:
    data, place = taken_over(tmp_path / "data"), tmp_path / "copy"
    place.mkdir()
    (place / "database").write_bytes(b"SQLite")
    plant(data / name, outside)
    database = {"engine": "sqlite", "path": str(data / "mailman.db")}
    database_copies.put_back(database, "", place)
    found = data / "mailman.db"
    assert not found.is_symlink()
    assert (found.read_bytes(), found.stat().st_nlink) == (b"SQLite", 1)


@every_plant
def test_what_is_no_database_is_not_copied(plant: Plant, tmp_path: Path, outside: Outside) -> None:
    data = taken_over(tmp_path / "data")
    plant(data / "mailman.db", outside)
    database = {"engine": "sqlite", "path": str(data / "mailman.db")}
    if plant.__name__ in ("dangling_link", "hard_link"):
        return  # nothing is there to copy; and a second name is a file like any other
    with pytest.raises(DatabaseError, match="regular file"):
        database_copies.take(database, "", tmp_path / "copy")


@every_plant
@pytest.mark.parametrize("place", ["queue/in/1.pck", ".queue.back", "lists", "data"])
def test_a_snapshot_is_taken_and_put_back_inside(
    plant: Plant, place: str, var: Path, tmp_path: Path, outside: Outside
) -> None:
    kept = tmp_path / "kept"
    (var / QUEUE / "in" / "1.pck").unlink()
    plant(var / place, outside)
    snapshot.take_data(var, kept)
    shutil.rmtree(var / QUEUE)
    snapshot.put_back_data(var, kept)
    assert (var / QUEUE / "out" / "1.pck").read_text() == "out"
    assert not (var / place).is_dir() or (var / place).is_symlink()
