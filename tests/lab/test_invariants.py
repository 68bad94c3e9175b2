"""On real suites with data in them, every family counts something and any loss is named."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mailman_suite.host.state import invariant_tables, invariants
from mailman_suite.host.state.invariant_tables import Family
from tests.lab import invariant_look, seed
from tests.lab.installed import COMBINATIONS
from tests.lab.suites import CORE, QCLUSTER, WEB, Suite, clone, eventually

Damage = dict[str, Any]  # as `damages.py` wants it
Said = dict[str, tuple[list[str], list[str]]]
DAMAGES = Path(__file__).with_name("damages.py")
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

    def damaged(self, damages: Mapping[str, Damage]) -> Said:
        """For each damage what differs from before, and what still does once it is mended."""
        asked = {"databases": self.databases, "var": VAR, "damages": damages}
        run = f"{invariant_look.VENV}/python -I /root/damages.py {invariant_look.TREE}"
        self.suite.run("cat > /root/damages.py", stdin=DAMAGES.read_text())
        done = self.suite.machine.run(run, stdin=json.dumps(asked), check=False)
        assert done.returncode == 0, done.stderr
        return {
            name: tuple(said) for name, said in json.loads(done.stdout.splitlines()[-1]).items()
        }

    def lost_row(self, name: str, table: str) -> Damage:
        """One row is not there any more."""
        row = "rowid" if self.databases[name]["engine"] == "sqlite" else "ctid"
        lose = f'DELETE FROM "{table}" WHERE {row} IN (SELECT {row} FROM "{table}" LIMIT 1)'
        return saved(name, table, lose)


def saved(name: str, table: str, statement: str) -> Damage:
    """What a statement does to a table, whose rows are put back afterwards."""
    keep = f'CREATE TABLE "saved" AS SELECT * FROM "{table}"'
    restore = f'INSERT INTO "{table}" SELECT * FROM "saved"'
    undo = [f'DELETE FROM "{table}"', restore, 'DROP TABLE "saved"']
    return {"at": name, "do": [keep, statement], "undo": undo}


def file_damage(folder: str, command: str) -> Damage:
    """What a command does to one file, which is put back afterwards."""
    path = '"$(cat /root/path)"'
    choose = f"find {VAR}/{folder} -type f | sort | head -1 > /root/path"
    do = [choose, f"cp -a {path} /root/whole", f"{command} {path}"]
    return {"at": "files", "do": do, "undo": [f"cp -a /root/whole {path}"]}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(one, marks=[pytest.mark.xdist_group(f"invariants-{one}"), *marks], id=str(one))
        for one, marks in ((COMBINATIONS[0], []), (COMBINATIONS[1], [pytest.mark.full]))
    ],
)
def seeded(request: pytest.FixtureRequest) -> Iterator[Seeded]:
    with clone(request.param) as suite:
        suite.wait_until_serving()
        seed.fill(suite.machine)
        suite.run(f"systemctl stop {SERVICES}")
        look = invariant_look.look(suite.machine)
        yield Seeded(suite, invariant_look.databases(suite.machine), look)


@pytest.fixture(scope="module")
def said(seeded: Seeded) -> Said:
    """What is said of each damage, and after it was mended: one program does all in turn."""
    rows = [one.values for one in FAMILIES]
    return seeded.damaged(
        {f"lost row of {family.name}": seeded.lost_row(name, family.table) for name, family in rows}
        | {f"change of {what}": saved(name, one.split()[1], one)
           for what, (name, one) in CHANGES.items()}
        | {f"cut file of {what}": file_damage(folder, "truncate --size=-1")
           for what, folder in FILES.items()}
        | {f"lost file of {what}": file_damage(folder, "rm") for what, folder in FILES.items()}
    )  # fmt: skip


def test_the_seed_is_whole_and_every_family_is_in_the_real_schemas(seeded: Seeded) -> None:
    assert seed.check(seeded.suite.machine) == []
    names = {parameter.values[1].name for parameter in FAMILIES}
    assert names | EMPTY <= set(seeded.before)
    assert [name for name in sorted(names) if seeded.before[name]["count"] == 0] == []


@pytest.mark.parametrize(("name", "family"), FAMILIES)
def test_a_lost_row_is_named(seeded: Seeded, said: Said, name: str, family: Family) -> None:
    count = seeded.before[family.name]["count"]
    lost, mended = said[f"lost row of {family.name}"]

    assert f"{family.name}: {count} before, {count - 1} after" in lost
    assert mended == []


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_value_is_named(seeded: Seeded, said: Said, what: str) -> None:
    count = seeded.before[what]["count"]
    changed, mended = said[f"change of {what}"]

    assert f"{what}: {count} before and after, but with different contents" in changed
    assert mended == []


@pytest.mark.parametrize("what", FILES)
def test_a_cut_file_and_a_lost_file_are_named(seeded: Seeded, said: Said, what: str) -> None:
    count = seeded.before[what]["count"]
    cut, lost = said[f"cut file of {what}"], said[f"lost file of {what}"]

    assert f"{what}: {count} before and after, but with different contents" in cut[0]
    assert f"{what}: {count} before, {count - 1} after" in lost[0]
    assert (cut[1], lost[1]) == ([], [])


def test_a_restart_changes_only_what_core_does_when_it_starts(seeded: Seeded) -> None:
    seeded.suite.run(f"systemctl start {SERVICES}")
    seeded.suite.wait_until_serving()
    eventually(lambda: seed.is_at_rest(seeded.suite.machine), "Core has sent its warnings")
    seeded.suite.run(f"systemctl stop {SERVICES}")

    after = invariant_look.ask(seeded.suite.machine, seeded.databases)
    said = invariants.differences(seeded.before, after)
    assert [one for one in said if not one.startswith("members' bounce warnings:")] == []
