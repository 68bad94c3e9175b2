"""A copy with pseudonyms holds nothing of anybody's, has the same counts, and goes on working."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.lab import invariant_look, older
from tests.lab.suites import CORE, QCLUSTER, WEB, Suite

pytestmark = pytest.mark.full

SERVICES = f"{CORE} {WEB} {QCLUSTER}"
VAR, WEB_DATA = "/opt/mailman/mm/var", "/opt/mailman/web"
# People, addresses and texts of seeds/ and of seed.py, each of which is somewhere before.
PEOPLE = (
    *("reader+m01@", "Reader+M03@", "reader+m31@", "reader+stranger", "Anna@", "renee0@"),
    *("Jürgen", "Ñandú", "Nuñez", "Chloé", "Дмитрий", "Wartende", "Renée", "Zoë", "Ein Thema"),
    *("Überlegungen", "Grüße zum", "Grüße von", "Bild-0-größe", "thread0.1@seed.example"),
    *("spammer@", "troll@", "spam[.]example", "Questions et r"),
)
EMPTIED = ("queue files", "archive files")
# Runs on the host: every value of every table, and every file, as text.
_EVERYTHING = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from mailman_suite.host.state.reading import opened
databases = json.loads(sys.argv[2])
for name in ("core", "web"):
    with opened(databases[name], databases["secrets"]) as database:
        for table, columns in list(database.types.items()):
            named = ", ".join(f'"{one}"' for one in columns)
            for row in database.select(f'SELECT {named} FROM "{table}"'):
                for value in row:
                    if isinstance(value, (bytes, memoryview)):
                        value = bytes(value).decode("utf-8", "replace")
                    try:
                        value = json.loads(value)
                    except (TypeError, ValueError):
                        pass
                    print(json.dumps(value, ensure_ascii=False, default=str))
for place in sys.argv[3:]:
    for folder, _, files in os.walk(place):
        for file in files:
            with open(os.path.join(folder, file), "rb") as content:
                print(content.read().decode("utf-8", "replace"))
"""


class Copy(NamedTuple):
    """A seeded suite at rest, where its databases are, and how many members a list had."""

    suite: Suite
    databases: dict[str, Any]
    members: int

    def everything(self) -> str:
        """All that its tables and files hold."""
        words = [invariant_look.TREE, json.dumps(self.databases), VAR, WEB_DATA]
        python = f"PYTHONIOENCODING=utf-8:replace {invariant_look.VENV}/python -I -"
        return self.suite.run(f"{python} {shlex.join(words)}", stdin=_EVERYTHING)

    def counts(self) -> dict[str, int]:
        """How many of what there is."""
        found = invariant_look.ask(self.suite.machine, self.databases)
        return {name: one["count"] for name, one in found.items()}

    def pseudonymise(self) -> dict[str, int]:
        """What the program says that it did."""
        asked = {"databases": self.databases, "var": VAR, "web": WEB_DATA, "keep_users": ["admin"]}
        program = invariant_look.program(f"{invariant_look.VENV}/python", "pseudonyms.program")
        words = f"{program} apply {shlex.quote(json.dumps(asked))}"
        done: dict[str, int] = json.loads(self.suite.run(words).splitlines()[-1])
        return done


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def copied(request: pytest.FixtureRequest) -> Iterator[Copy]:
    with older.clone(request.param, "-pseudonyms") as suite:
        yield at_rest(suite)


def at_rest(suite: Suite) -> Copy:
    """The suite with its services stopped and our programs there."""
    members = roster(suite)["total_size"]
    suite.run(f"systemctl stop {SERVICES}")
    invariant_look.ship(suite.machine)
    return Copy(suite, invariant_look.databases(suite.machine), members)


def roster(suite: Suite) -> dict[str, Any]:
    """The members of a list, as Core tells them."""
    found: dict[str, Any] = suite.rest("GET", "lists/announce.suite.test/roster/member")[1]
    return found


def test_nothing_of_anybodys_is_left_and_the_suite_goes_on(copied: Copy) -> None:
    before, counts = copied.everything(), copied.counts()
    assert [one for one in PEOPLE if one not in before] == []

    done = copied.pseudonymise()
    assert done["addresses"] > 30

    after = copied.everything()
    assert [one for one in PEOPLE if one.lower() in after.lower()] == []
    assert files_with_people(copied.suite) == []
    now = copied.counts()
    kept = {name for name in counts if not name.startswith(EMPTIED)}
    assert {name: now.get(name) for name in kept} == {name: counts[name] for name in kept}
    assert all(now.get(name, 0) == 0 for name in counts if name.startswith(EMPTIED))
    goes_on(copied.suite, copied.members)


def files_with_people(suite: Suite) -> list[str]:
    """Files, of databases too, in which somebody is found as bytes: also on pages that are free."""
    words = " ".join(f"-e {shlex.quote(one)}" for one in PEOPLE)
    places = f"{VAR} {WEB_DATA} /var/lib/postgresql/*/*/base"
    found = suite.run(f"grep -rlaF {words} {places} 2>/dev/null || true")
    return found.split()


def goes_on(suite: Suite, members: int) -> None:
    """Core starts, lists its members and what it holds; pages and archives open."""
    suite.run(f"systemctl start {SERVICES}")
    suite.wait_until_serving()
    listed = roster(suite)
    assert listed["total_size"] == members > 0
    assert all(one["email"].endswith(".invalid") for one in listed["entries"])
    held = suite.rest("GET", "lists/discuss.suite.test/held")[1]
    assert held["total_size"] == 3
    assert all("Message-ID" in one["msg"] for one in held["entries"])
    archive = suite.visitor.get("/archives/list/announce@suite.test/latest")
    assert archive.status == 200
    assert "Person " in archive.text
    assert suite.visitor.get("/mailman3/lists/announce.suite.test/").status == 200
