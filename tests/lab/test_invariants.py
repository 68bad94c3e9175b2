"""On real suites with data in them, every family counts something and any loss is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from mailman_suite.host import invariant_tables, invariants
from mailman_suite.host.invariant_tables import Family
from tests.lab import invariant_look, seed
from tests.lab.installed import COMBINATIONS
from tests.lab.suites import CORE, QCLUSTER, WEB, Suite, clone, eventually

SERVICES = f"{CORE} {WEB} {QCLUSTER}"
VAR = "/opt/mailman/mm/var"
# What the seed has none of; a unit test has rows in these too.
EMPTY = {
    *("last digests", "content filters", "bounce events"),
    *("social accounts", "social applications", "web groups"),
    *("web users' groups", "web users' permissions"),
}
FAMILIES = [
    pytest.param(name, family, id=family.name)
    for name, families in (("core", invariant_tables.CORE), ("web", invariant_tables.WEB))
    for family in families
    if family.name not in EMPTY
]
CHANGES = {
    "mailing lists (announce.suite.test)": (
        "core",
        "UPDATE mailinglist SET description = replace(description, 'ż', 'z')",
    ),
    "members (announce.suite.test)": (
        "core",
        "UPDATE preferences SET delivery_status = 1 WHERE delivery_status = 3",
    ),
    "pending tokens' values": (
        "core",
        "UPDATE pendedkeyvalue SET value = replace(value, '@', '@x')",
    ),
    "web templates": ("web", "UPDATE postorius_emailtemplate SET data = replace(data, 'ü', 'u')"),
    "archived messages (announce@suite.test)": (
        "web",
        "UPDATE hyperkitty_email SET content = replace(content, 'Antwort 2', 'Antwort 3')",
    ),
    "archived attachments": ("web", "UPDATE hyperkitty_attachment SET content = NULL"),
    "archived threads": ("web", "UPDATE hyperkitty_thread SET category_id = NULL"),
}
FILES = {
    "queue files (shunt)": "queue/shunt",
    "queue files (held-back)": "queue/held-back",
    "files of lists": "lists",
    "template files": "templates",
    "stored message files": "messages",
}


class Seeded(NamedTuple):
    """A seeded suite whose services are stopped, where its databases are, and its invariants."""

    suite: Suite
    databases: dict[str, Any]
    before: invariants.Look

    def differences(self) -> list[str]:
        """What differs now from before."""
        return invariants.differences(self.before, self.look())

    def look(self) -> invariants.Look:
        """The invariants now."""
        return invariant_look.ask(self.suite.machine, self.databases)

    def execute(self, name: str, *statements: str) -> None:
        """Run SQL past all constraints, as an accident would."""
        database, text = self.databases[name], ";\n".join(statements) + ";\n"
        if database["engine"] == "sqlite":
            program = (
                "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.stdin.read())"
            )
            self.suite.run(f"python3 -c '{program}' {database['path']}", stdin=text)
        else:
            psql = f"runuser -u postgres -- psql -q -v ON_ERROR_STOP=1 {database['name']}"
            unchecked = "SET session_replication_role = replica;\n"
            self.suite.run(f"cd / && {psql}", stdin=unchecked + text)

    def first(self, name: str, table: str) -> str:
        """The condition that holds for one row."""
        row = "rowid" if self.databases[name]["engine"] == "sqlite" else "ctid"
        return f'{row} IN (SELECT {row} FROM "{table}" LIMIT 1)'


@pytest.fixture(
    scope="module",
    params=[COMBINATIONS[0], pytest.param(COMBINATIONS[1], marks=pytest.mark.full)],
    ids=str,
)
def seeded(request: pytest.FixtureRequest) -> Iterator[Seeded]:
    with clone(request.param) as suite:
        suite.wait_until_serving()
        seed.fill(suite.machine)
        suite.run(f"systemctl stop {SERVICES}")
        look = invariant_look.look(suite.machine)
        yield Seeded(suite, invariant_look.databases(suite.machine), look)


def saved(table: str) -> str:
    return f'CREATE TABLE "saved" AS SELECT * FROM "{table}"'


def mended(table: str) -> list[str]:
    restore = f'INSERT INTO "{table}" SELECT * FROM "saved"'
    return [f'DELETE FROM "{table}"', restore, 'DROP TABLE "saved"']


def test_the_seed_is_whole_and_every_family_is_in_the_real_schemas(seeded: Seeded) -> None:
    assert seed.check(seeded.suite.machine) == []
    names = {parameter.values[1].name for parameter in FAMILIES}
    assert names | EMPTY <= set(seeded.before)
    assert [name for name in sorted(names) if seeded.before[name]["count"] == 0] == []


@pytest.mark.parametrize(("name", "family"), FAMILIES)
def test_a_lost_row_is_named(seeded: Seeded, name: str, family: Family) -> None:
    lose = f'DELETE FROM "{family.table}" WHERE {seeded.first(name, family.table)}'
    count = seeded.before[family.name]["count"]

    seeded.execute(name, saved(family.table), lose)
    said = seeded.differences()
    seeded.execute(name, *mended(family.table))

    assert f"{family.name}: {count} before, {count - 1} after" in said
    assert seeded.differences() == []


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_value_is_named(seeded: Seeded, what: str) -> None:
    name, statement = CHANGES[what]
    table = statement.split()[1]

    seeded.execute(name, saved(table), statement)
    said = seeded.differences()
    seeded.execute(name, *mended(table))

    assert f"{what}: {seeded.before[what]['count']} before and after, but not the same" in said


@pytest.mark.parametrize("what", FILES)
def test_a_cut_file_and_a_lost_file_are_named(seeded: Seeded, what: str) -> None:
    find = f"find {VAR}/{FILES[what]} -type f | head -1"
    path, count = seeded.suite.run(find).strip(), seeded.before[what]["count"]
    seeded.suite.run(f"cp -a {path} /root/whole && truncate --size=-1 {path}")
    cut = seeded.differences()
    seeded.suite.run(f"rm {path}")
    lost = seeded.differences()
    seeded.suite.run(f"cp -a /root/whole {path}")

    assert f"{what}: {count} before and after, but not the same" in cut
    assert f"{what}: {count} before, {count - 1} after" in lost
    assert seeded.differences() == []


def test_a_restart_changes_only_what_core_does_when_it_starts(seeded: Seeded) -> None:
    seeded.suite.run(f"systemctl start {SERVICES}")
    seeded.suite.wait_until_serving()
    eventually(lambda: seed.is_at_rest(seeded.suite.machine), "Core has sent its warnings")
    seeded.suite.run(f"systemctl stop {SERVICES}")

    said = seeded.differences()
    assert [one for one in said if not one.startswith("members' bounce warnings:")] == []
