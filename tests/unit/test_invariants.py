"""What an upgrade must not change is counted and digested, and what differs is named."""

from __future__ import annotations

import json
import shlex
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base.host_program import program
from mailman_suite.host.state import invariant_tables, invariants
from mailman_suite.host.state.invariant_tables import Family

FAMILIES = {"core": invariant_tables.CORE, "web": invariant_tables.WEB}
EVERY = [(name, family) for name, families in FAMILIES.items() for family in families]
ROWS = 3
FOLDERS = {
    "queue files": "queue/shunt/1.pck",
    "files of lists": "lists/a.example.com/digest.mmdf",
    "template files": "templates/site/en/welcome.txt",
    "stored message files": "messages/AB/CD/ABCD",
    "archive files": "archives/hyperkitty/spool/1.pck",
}

BY_FOLDER = ("queue files", "files of lists")


def columns(families: list[Family]) -> dict[str, set[str]]:
    """Table -> the columns that the families ask of it."""
    tables: dict[str, set[str]] = {}
    for family in families:
        for table, column in invariants.needs(family):
            tables.setdefault(table, {"id"}).add(column)
    return tables


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both databases, three rows in every table."""
    folder = tmp_path_factory.mktemp("filled")
    for name, families in FAMILIES.items():
        path = folder / f"{name}.db"
        for table, names in columns(families).items():
            execute(path, f'CREATE TABLE "{table}" ({", ".join(map(quoted, sorted(names)))})')
            fill(path, table, range(1, ROWS + 1))
    return folder


@pytest.fixture
def host(filled: Path, tmp_path: Path) -> dict[str, Any]:
    """What `look` is asked on a host where every table has three rows and every folder one file."""
    databases: dict[str, Any] = {"secrets": str(tmp_path)}
    for name in FAMILIES:
        path = shutil.copyfile(filled / f"{name}.db", tmp_path / f"{name}.db")
        databases[name] = {"engine": "sqlite", "path": str(path)}
    for file in FOLDERS.values():
        (tmp_path / "var" / file).parent.mkdir(parents=True)
        (tmp_path / "var" / file).write_text("Grüße")
    return {"databases": databases, "var": str(tmp_path / "var")}


def quoted(name: str) -> str:
    return f'"{name}"'


def execute(path: Path | str, statement: str, *values: Any) -> list[Any]:
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY")
    rows = connection.execute(statement, values).fetchall()
    connection.commit()
    connection.close()
    return rows


def fill(path: Path | str, table: str, rows: range) -> None:
    """Rows whose ids and keys to other tables are their numbers, and whose values say both."""
    names = [row[1] for row in execute(path, f'PRAGMA table_info("{table}")')]
    for row in rows:
        values = [row if name.endswith("id") else f"{name} {row} ä" for name in names]
        marks = ", ".join("?" * len(names))
        execute(path, f'INSERT INTO "{table}" VALUES ({marks})', *values)


def path_of(host: dict[str, Any], name: str) -> str:
    return str(host["databases"][name]["path"])


def named(before: invariants.Look, after: invariants.Look) -> set[str]:
    return {sentence.partition(":")[0] for sentence in invariants.differences(before, after)}


@pytest.mark.parametrize(("name", "family"), EVERY, ids=[family.name for _, family in EVERY])
def test_a_lost_row_and_each_changed_column_are_named(
    host: dict[str, Any], name: str, family: Family
):
    path, before = path_of(host, name), invariants.look(host)
    assert before[family.name]["count"] == ROWS

    for column in {one.rstrip("~#").partition(">")[0] for one in family.columns}:
        was = execute(path, f'SELECT "{column}" FROM "{family.table}" WHERE rowid = 2')[0][0]
        change = f'UPDATE "{family.table}" SET "{column}" = ? WHERE rowid = 2'
        execute(path, change, f"{was}.")
        assert family.name in named(before, invariants.look(host)), column
        execute(path, change, was)
    assert invariants.differences(before, invariants.look(host)) == []

    execute(path, f'DELETE FROM "{family.table}" WHERE rowid = 2')
    said = invariants.differences(before, invariants.look(host))
    assert f"{family.name}: 3 before, 2 after" in said


@pytest.mark.parametrize(("name", "file"), FOLDERS.items())
def test_a_lost_a_renamed_and_a_changed_file_are_named(host: dict[str, Any], name: str, file: str):
    path, before = Path(host["var"], file), invariants.look(host)
    counted = [name, f"{name} ({Path(file).parts[1]})"] if name in BY_FOLDER else [name]

    path.write_text("Grüsse")
    expected = [f"{one}: 1 before and after, but with different contents" for one in counted]
    assert invariants.differences(before, invariants.look(host)) == expected
    path.write_text("Grüße")
    moved = path.rename(path.with_name("2.pck"))
    assert invariants.differences(before, invariants.look(host)) == expected
    moved.unlink()
    expected = [f"{one}: 1 before, 0 after" for one in counted]
    assert invariants.differences(before, invariants.look(host)) == expected


def test_a_members_address_and_delivery_count_to_its_list(host: dict[str, Any]):
    before = invariants.look(host)

    execute(path_of(host, "core"), "UPDATE preferences SET delivery_status = 2 WHERE id = 2")

    assert named(before, invariants.look(host)) == {"preferences", "members", "members (2)"}


def test_neither_order_nor_what_an_upgrade_may_change_is_a_difference(host: dict[str, Any]):
    before = invariants.look(host)

    execute(path_of(host, "core"), "CREATE TABLE other AS SELECT * FROM ban ORDER BY id DESC")
    execute(path_of(host, "core"), "DROP TABLE ban")
    execute(path_of(host, "core"), "ALTER TABLE other RENAME TO ban")
    execute(path_of(host, "core"), "ALTER TABLE bounceevent ADD COLUMN processed")
    execute(path_of(host, "core"), "UPDATE bounceevent SET processed = 1")
    execute(path_of(host, "web"), "CREATE TABLE django_session (session_key)")
    for table in ("auth_user", "account_emailaddress"):
        execute(path_of(host, "web"), f"UPDATE {table} SET email = upper(email)")

    assert invariants.differences(before, invariants.look(host)) == []


def test_a_column_of_a_later_release_is_no_difference_until_it_is_there(host: dict[str, Any]):
    path = path_of(host, "core")
    execute(path, 'ALTER TABLE member DROP COLUMN "bounce_score"')
    before = invariants.look(host)
    execute(path, 'ALTER TABLE member ADD COLUMN "bounce_score" DEFAULT 0')
    after = invariants.look(host)

    assert "members' bounce scores" not in before
    assert invariants.differences(before, after) == []
    assert invariants.differences(after, before) == ["members' bounce scores: 3 before, 0 after"]


def test_moving_content_between_two_rows_is_seen(host: dict[str, Any]):
    before = invariants.look(host)

    execute(path_of(host, "web"), "UPDATE hyperkitty_email SET content = 'content ' || (4 - id)")

    assert "archived messages" in named(before, invariants.look(host))


def test_a_missing_place_is_refused_rather_than_counted_as_empty(host: dict[str, Any]):
    for place in ("core", "web"):
        missing = {**host["databases"], place: {"engine": "sqlite", "path": "/nowhere.db"}}
        with pytest.raises(SystemExit, match=r"/nowhere\.db"):
            invariants.look({**host, "databases": missing})
    with pytest.raises(SystemExit, match="/nowhere"):
        invariants.look({**host, "var": "/nowhere"})


def test_a_schema_without_a_column_that_all_have_is_refused(host: dict[str, Any]):
    execute(path_of(host, "core"), "ALTER TABLE ban DROP COLUMN email")

    with pytest.raises(SystemExit, match=r"core database lacks ban\.email"):
        invariants.look(host)


def test_a_table_that_does_not_exist_yet_is_absent(host: dict[str, Any]):
    execute(path_of(host, "web"), "DROP TABLE hyperkitty_tag")

    assert "tags" not in invariants.look(host)


def test_a_database_of_another_program_is_refused(host: dict[str, Any], tmp_path: Path):
    execute(tmp_path / "other.db", "CREATE TABLE wp_posts (id)")
    other = {"engine": "sqlite", "path": str(tmp_path / "other.db")}

    with pytest.raises(SystemExit, match="web database has no tables"):
        invariants.look({**host, "databases": {**host["databases"], "web": other}})


def test_the_program_runs_where_nothing_of_ours_is(host: dict[str, Any]):
    words = shlex.split(
        program("state.invariants", "look", host, python=sys.executable).get_raw_value()
    )
    done = subprocess.run(words, capture_output=True, text=True, cwd="/", check=True)

    assert json.loads(done.stdout) == invariants.look(host)
