"""A release that changes one side of the suite alone leaves the other one running."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab import installed, mail_flow, older, returns
from tests.lab.installed import DEFAULT
from tests.lab.suites import CORE, QCLUSTER, WEB, Suite, clone
from tests.lab.window_checks import runs

NAME = "3.3.10+other"
_ADDED = """
RELEASES["{name}"] = __import__("dataclasses").replace(RELEASES["{of}"], name="{name}")
"""


@dataclass(frozen=True)
class Change:
    """One locked package in another version, and who does not import it."""

    package: str
    version: str
    sha256: str
    leaves: tuple[str, ...]
    last_step: str


WEB_ALONE = Change(
    "asgiref",
    "3.12.1",
    "fe386d1c2bff7259ea95929266d12a8cf9a8b5a1c2598402967d8792e7a7c094",
    (CORE, "runners"),
    "Pages are open again",
)
CORE_ALONE = Change(
    "aiosmtpd",
    "1.4.5",
    "a196922f1903e54c4d37c53415b7613056d39e2b1e8249f324b9ee7a439be0f1",
    (WEB, QCLUSTER),
    "Mail flows again",
)


def add_release(repository: Path, change: Change) -> None:
    """The repository has one more release, which differs in one package."""
    releases = repository / "releases"
    place = releases / NAME
    place.mkdir()
    for path in (releases / DEFAULT.release).rglob("*"):
        if path.is_file():
            copy = place / path.relative_to(releases / DEFAULT.release)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
    for lock in place.glob("python*.lock"):
        entry = re.compile(rf"^{change.package}==\S+ \\\n(    --hash=\S+( \\)?\n)+", re.MULTILINE)
        other = f"{change.package}=={change.version} \\\n    --hash=sha256:{change.sha256}\n"
        text, number = entry.subn(other.replace("\\", r"\\"), lock.read_text())
        assert number == 1, lock
        lock.write_text(text)
    with (repository / "mailman_suite/releases/catalogue.py").open("a") as catalogue:
        catalogue.write(_ADDED.format(name=NAME, of=DEFAULT.release))


@pytest.fixture
def repository() -> Iterator[Path]:
    with installed.without_releases() as place:
        yield place


@pytest.fixture
def suite() -> Iterator[Suite]:
    with clone(DEFAULT) as suite:
        suite.wait_until_serving()
        yield suite


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(WEB_ALONE, id="the web"),
        pytest.param(CORE_ALONE, id="Core", marks=pytest.mark.full),
    ],
)
def test_the_other_side_goes_on(suite: Suite, repository: Path, change: Change) -> None:
    add_release(repository, change)
    if change is WEB_ALONE:  # with data to migrate
        older.take_schema_back(suite.machine)
    members = mail_flow.add_members(suite)
    before = suite.processes()
    with mail_flow.steady(suite, members[0], per_second=0.5) as flow:
        done = returns.run(suite, "mailman", {"mailman_release": NAME}, repository)
    assert done.returncode == 0, done.stdout
    assert runs(suite) == NAME
    assert change.last_step in done.stdout
    after = suite.processes()
    goes_on = {name for name in before if after[name] == before[name]}
    assert goes_on & {CORE, WEB, QCLUSTER, "runners"} == set(change.leaves)
    assert flow.refused == []
    mail_flow.assert_each_once(suite, flow.accepted)
    again = returns.run(suite, "mailman", {"mailman_release": NAME}, repository)
    assert (again.returncode, installed.changes(again.stdout)) == (0, []), again.stdout
    assert suite.processes() == after

    window = returns.last_window(suite)
    back = returns.run(suite, "rollback", {"mailman_rollback": window}, repository)
    assert back.returncode == 0, back.stdout
    assert runs(suite) == DEFAULT.release
    suite.wait_until_serving()
    suite.delivers()
