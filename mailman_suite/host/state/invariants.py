"""Counts and digests of everything on a host that an upgrade must not change.

`look`: {"databases": as parts.database.connections says it, "var": Core's directory}
        -> {name: {"count", "digest"}}, run by a release's own interpreter, which has the PostgreSQL
        driver. Only reads, in one pass and constant memory; starts neither Core nor Django, since a
        Core command of a new release would migrate by itself.

Compare looks that were taken while Core was stopped: when it starts it deletes processed bounces,
warns members whose delivery is disabled, drops what expired and works its queues off.

Equal contents give equal digests in whatever order rows and files come. Ids count as contents: they
are what ties a member to an address, and no migration may renumber them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from mailman_suite.host.base import verbs
from mailman_suite.host.state import invariant_tables
from mailman_suite.host.state.invariant_tables import Family
from mailman_suite.host.state.reading import Database, opened
from mailman_suite.host.wire.connections import Connections
from mailman_suite.host.wire.manifest import Tallies, Tally
from mailman_suite.host.wire.order import StateQuestion
from mailman_suite.host.wire.sides import Side

_FOLDERS = {  # below Core's var directory
    "queue files": "queue",
    "files of lists": "lists",
    "template files": "templates",
    "stored message files": "messages",
    "archive files": "archives",
}
_ALSO_BY_FOLDER = ("queue", "lists")  # where each folder directly below is one queue or one list
_CHUNK = 1 << 20
_OF_WEB = frozenset(one.name for one in invariant_tables.WEB)


class _Sum:
    """A count and a digest that do not depend on the order of what is added."""

    def __init__(self) -> None:
        self._count = self._sum = 0

    def add(self, content: bytes) -> None:
        """Count one more. A sum, unlike an exclusive or, also sees the same content twice."""
        self._count += 1
        self._sum += int.from_bytes(hashlib.sha256(content).digest(), "big")

    def result(self) -> Tally:
        """The result."""
        return {"count": self._count, "digest": f"{self._sum % 2**256:064x}"}


_NOTHING = _Sum().result()


def differences(before: Tallies, after: Tallies) -> list[str]:
    """One sentence for each name that `after` counts or digests otherwise than `before`; pure."""
    sentences = []
    for name, was in before.items():
        now = after.get(name, _NOTHING)
        if was["count"] != now["count"]:
            sentences.append(f"{name}: {was['count']} before, {now['count']} after")
        elif was["digest"] != now["digest"]:
            sentences.append(
                f"{name}: {was['count']} before and after, but with different contents"
            )
    return sentences


def of_sides(tallies: Tallies, sides: Collection[Side]) -> Tallies:
    """What a tally tells of these sides; Core's directory is Core's. Pure."""
    return {name: one for name, one in tallies.items() if side_of(name) in sides}


def side_of(name: str) -> Side:
    """Whose a name of a tally is, such as `archived messages (lists)`."""
    return "web" if name.partition(" (")[0] in _OF_WEB else "core"


def look(asked: StateQuestion) -> Tallies:
    """Everything that both databases and the var directory hold; SystemExit if one is missing."""
    return {**tables(asked["databases"]), **folders(asked["var"])}


def tables(databases: Connections) -> Tallies:
    """What both databases hold; SystemExit if one is missing."""
    found: Tallies = {}
    with opened(databases["core"], databases["secrets"]) as database:
        found.update(in_database("core", database, invariant_tables.CORE))
    with opened(databases["web"], databases["secrets"]) as database:
        found.update(in_database("web", database, invariant_tables.WEB))
    return found


def folders(var: str) -> Tallies:
    """What Core's directory holds; SystemExit if it is missing."""
    if not os.path.isdir(var):
        raise SystemExit(f"there is no directory {var}; say where Core's var_dir is")
    found: Tallies = {}
    for name, folder in _FOLDERS.items():
        found.update(tallied(name, files(os.path.join(var, folder))))
    return found


def in_database(name: str, database: Database, families: Iterable[Family]) -> Tallies:
    """Those families that the database has; a database without any is refused."""
    found: Tallies = {}
    for family in families:
        if exists(name, database, family):
            found.update(tallied(family.name, rows(database, family)))
    if not found:
        raise SystemExit(
            f"the {name} database has no tables of a suite; does it belong to something else?"
        )
    return found


def exists(name: str, database: Database, family: Family) -> bool:
    """Whether the schema has the family yet; SystemExit if it lacks what all schemas have."""
    columns = {(table, column) for table, has in database.types.items() for column in has}
    missing = sorted(".".join(one) for one in needs(family) - columns)
    if missing and family.table in database.types and not family.came_later:
        raise SystemExit(
            f"the {name} database lacks {', '.join(missing)}, which all schemas from Core 3.2.0 and"
            " HyperKitty 1.2 on have; what is not compared could be lost, so this stops here"
        )
    return not missing


def needs(family: Family) -> set[tuple[str, str]]:
    """The columns, as (table, column), without which a family does not exist yet."""
    needed = set()
    for column in family.columns:
        key, _, target = column.rstrip("~#").partition(">")
        needed.add((family.table, key))
        if target:
            table, _, pointed = target.partition(".")
            needed |= {(table, pointed), (table, "id")}
    return needed


def rows(database: Database, family: Family) -> Iterator[tuple[Any, bytes]]:
    """Each row as what it is also counted by and its contents."""
    columns = [expression(database, family.table, one) for one in family.columns]
    by = family.columns.index(family.by) if family.by else None
    lowered = [index for index, column in enumerate(family.columns) if column.endswith("~")]
    for row in database.select(f'SELECT {", ".join(columns)} FROM "{family.table}"'):
        values = list(row)
        for index in lowered:
            values[index] = values[index] and values[index].lower()
        yield None if by is None else values[by], json.dumps(values, default=plain).encode()


def expression(database: Database, table: str, column: str) -> str:
    """The SQL that gives a column of a family."""
    name = column.rstrip("~#")
    key, _, target = name.partition(">")
    if target:
        other, _, pointed = target.partition(".")
        return f'(SELECT "{pointed}" FROM "{other}" WHERE "{other}"."id" = "{table}"."{key}")'
    if column.endswith("#"):
        return database.large(f'"{name}"', database.types[table][name])
    return f'"{name}"'


def plain(value: Any) -> Any:
    """What JSON does not know, as text that is the same with every version of the driver."""
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else str(value)


def files(folder: str) -> Iterator[tuple[str | None, bytes]]:
    """Each file below a folder as what it is also counted by and its path and contents."""
    by_folder = os.path.basename(folder) in _ALSO_BY_FOLDER
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.relpath(os.path.join(place, name), folder)
            below = path.split(os.sep)[0] if by_folder and os.sep in path else None
            with contextlib.suppress(FileNotFoundError):  # a queue of a running Core is alive
                yield below, os.fsencode(path) + b"\0" + content_digest(os.path.join(place, name))


def content_digest(path: str) -> bytes:
    """The digest of a file's contents; of a link's target, for a link."""
    if os.path.islink(path):
        return os.fsencode(os.readlink(path))
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()


def tallied(name: str, entries: Iterable[tuple[Any, bytes]]) -> Tallies:
    """The tally of all entries by the name, and by `name (what they are also counted by)`."""
    total = _Sum()
    parts: dict[Any, _Sum] = {}
    for by, content in entries:
        total.add(content)
        if by is not None:
            parts.setdefault(by, _Sum()).add(content)
    groups = {f"{name} ({by})": tally.result() for by, tally in parts.items()}
    return {name: total.result(), **groups}


if __name__ == "__main__":
    verbs.main({"look": look})
