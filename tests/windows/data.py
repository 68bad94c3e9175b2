"""A suite's data: databases with every table that an upgrade must not change, Core's files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from tests.windows import pretended_core
from tests.windows.pretended_core import OLD_SCHEMA
from tests.windows.product import invariant_tables

Rows = dict[str, list[tuple[object, ...]]]

_FAMILIES = {"core": invariant_tables.CORE, "web": invariant_tables.WEB}
_EXTRA = {"bounceevent": ["processed"], "said_by_core": ["release"]}
_SCHEMAS = {
    "core": [
        "CREATE TABLE alembic_version (version_num TEXT)",
        f"INSERT INTO alembic_version VALUES ('{OLD_SCHEMA}')",
        "CREATE TABLE said_by_core (release TEXT)",
    ],
    "web": [
        "CREATE TABLE django_migrations (app TEXT, name TEXT)",
        f"INSERT INTO django_migrations VALUES ('web', '{OLD_SCHEMA}')",
    ],
}
_ROWS = 2
# Messages in Core's queues; `out` is what Core is at when it is stopped.
QUEUED = {"out": "at-work", "retry": "later", "shunt": "shunted", "bad": "unreadable"}
_FILES = {
    "messages/AB/CD": "a stored message\n",
    "lists/one@lists.unit.test/digest.mmdf": "a digest\n",
    "templates/site/en/footer": "a footer\n",
    "archives/hyperkitty/spool/{when}.pck": "what the archive did not take\n",
    "logs/mailman.log": "a line\n",
    "cache/x": "cached\n",
}


def statements(which: str, when: str) -> Iterator[str]:
    """SQL that makes the `core` or `web` database; every value says of when it is."""
    yield from _SCHEMAS[which]
    for table, columns in _tables(which).items():
        typed = ", ".join(f'"{one}" {_type(table, one)}' for one in columns)
        yield f'CREATE TABLE "{table}" ({typed})'
        for number in range(1, _ROWS + 1):
            values = ", ".join(_value(table, one, number, when) for one in columns)
            yield f'INSERT INTO "{table}" VALUES ({values})'


def _tables(which: str) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for family in _FAMILIES[which]:
        columns = [one.rstrip("~#").partition(">")[0] for one in family.columns]
        tables.setdefault(family.table, []).extend(columns)
    for table in tables:
        tables[table] = list(dict.fromkeys(["id", *tables[table], *_EXTRA.get(table, [])]))
    return tables


def _type(table: str, column: str) -> str:
    return "BOOLEAN" if column == "processed" else "TEXT"


def _value(table: str, column: str, number: int, when: str) -> str:
    if column == "processed":
        return "NULL"
    return f"'{number}'" if column.endswith("id") else f"'{table}.{column} {number} {when}'"


def make_database(path: Path, which: str, when: str) -> None:
    """An SQLite file with the old schema, in the place of another one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(";".join(["BEGIN", *statements(which, when), "COMMIT"]))


def dump(path: Path) -> list[str]:
    """Everything in an SQLite file but what starts of Core wrote."""
    assert not Path(f"{path}-journal").exists(), "who wrote to it was killed"
    return _dumped(path.read_bytes())


@lru_cache(maxsize=50)
def _dumped(content: bytes) -> list[str]:
    """What a kill leaves is mostly a database that was looked at before."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        lines = list(connection.iterdump())
    return [line for line in lines if not line.startswith('INSERT INTO "said_by_core"')]


def starts(path: Path) -> list[str]:
    """The releases whose Core was started, as the database remembers it."""
    return pretended_core.execute(str(path), "SELECT release FROM said_by_core")


def migrated(lines: Iterable[str], which: str, changes: Iterable[str] = ()) -> list[str]:
    """What a dump would be after the migration, and after changes of Core's database."""
    return _migrated(tuple(lines), which, tuple(changes))


@lru_cache(maxsize=50)
def _migrated(lines: tuple[str, ...], which: str, changes: tuple[str, ...]) -> list[str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript("\n".join(lines))
        for statement in (*(changes if which == "core" else ()), *pretended_core.MIGRATIONS[which]):
            connection.execute(statement)
        connection.commit()
        return list(connection.iterdump())


def make_files(var: Path, when: str) -> None:
    """Core's directory; the text of each file says of when it is."""
    for name, text in ((name.format(when=when), text) for name, text in _FILES.items()):
        (var / name).parent.mkdir(parents=True, exist_ok=True)
        (var / name).write_text(f"{when}: {text}")
    for queue in ("in", "out", "retry", "shunt", "bad", "virgin", "pipeline"):
        (var / "queue" / queue).mkdir(parents=True, exist_ok=True)


def queue_messages(var: Path, when: str) -> None:
    """Messages in queues of a Core that runs."""
    for queue, name in QUEUED.items():
        path = var / "queue" / queue / f"{name}-{when}.pck"
        pretended_core.write_message(path, whichq=queue)


def files(var: Path) -> dict[str, str]:
    """Path -> mode and text of Core's files that are neither queued nor renewed by Core."""
    left_out = ("queue", "queue-held", "logs", "cache", "data", "locks", "web")
    return {
        str(path.relative_to(var)): f"{path.stat().st_mode:o} {path.read_text()}"
        for path in sorted(var.rglob("*"))
        if path.is_file() and path.relative_to(var).parts[0] not in left_out
    }
