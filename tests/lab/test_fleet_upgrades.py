"""Several real hosts in one run: a canary first, an end at the first bad sign, on from there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mailman_suite.suite import release_archives
from tests.lab import fleets, older
from tests.lab.installed import Combination, changes
from tests.lab.suites import Suite, clone
from tests.lab.window_checks import runs, web_sql
from tests.lab.window_strikes import settled

pytestmark = pytest.mark.full
NEWER = {**older.combination("sqlite").data, "mailman_release": older.NEW}
CANARY, *LATER = ("canary", "one", "two")
UPGRADED = f"runs {older.NEW}, was {older.OLD} (window "
KEPT = release_archives.CACHE  # what this computer kept of earlier runs


@pytest.fixture
def fleet() -> Iterator[dict[str, Suite]]:
    """Three hosts that run the older release, the newer one built beside."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(older.clone("sqlite", f"-{name}"))
            for name in (CANARY, *LATER)
        }


def test_a_bad_canary_ends_the_run_and_a_mended_one_lets_it_go_on(
    fleet: dict[str, Suite], tmp_path: Path
) -> None:
    waves = {name: {"mailman_wave": 0 if name == CANARY else 1} for name in fleet}
    hosts = {name: (suite.machine, waves[name]) for name, suite in fleet.items()}
    inventory = fleets.inventory(tmp_path, hosts)
    before = {name: fleet[name].processes() for name in LATER}
    web_sql(fleet[CANARY], "CREATE TABLE success_index (one integer)")

    failed = fleets.converge(inventory, NEWER, KEPT)

    assert failed.returncode == 1, failed.stdout
    where = fleets.ends(failed.stdout)
    assert where[CANARY].startswith(f"rolled back to {older.OLD}: ")
    assert "success_index" in where[CANARY]
    assert {where[name] for name in LATER} == {f"not reached, still runs {older.OLD}"}
    assert {name: fleet[name].processes() for name in LATER} == before, "nothing was restarted"
    assert runs(fleet[CANARY]) == older.OLD

    refused = fleets.converge(inventory, NEWER, KEPT)
    assert refused.returncode == 1
    assert "1 of 3 hosts were refused, so none was touched" in refused.stdout
    assert {name: fleet[name].processes() for name in LATER} == before

    web_sql(fleet[CANARY], "DROP TABLE success_index")
    waves[CANARY]["mailman_acknowledged_window"] = settled(fleet[CANARY])["id"]
    waves[CANARY]["mailman_soak_seconds"] = 5
    assert_upgraded(fleets.inventory(tmp_path, hosts), fleet)


def assert_upgraded(inventory: Path, fleet: dict[str, Suite]) -> None:
    """A run that takes every host to the newer release, and another one that finds it so."""
    done = fleets.converge(inventory, NEWER, KEPT)
    assert done.returncode == 0, done.stdout
    where = fleets.ends(done.stdout)
    assert all(one.startswith(UPGRADED) and one.endswith(", healthy") for one in where.values())
    assert "soaking: 5 s of 5 s to go" in done.stdout
    assert done.stdout.count(" s  The archive shows it") == len(fleet), "a message through each"
    assert {runs(suite) for suite in fleet.values()} == {older.NEW}

    again = fleets.converge(inventory, NEWER, KEPT)
    assert (again.returncode, changes(again.stdout)) == (0, []), again.stdout
    for suite in fleet.values():
        suite.delivers()


# A host that reaches its controller and neighbours alone, and has nothing to build with.
_ALONE = """
ip route replace unreachable default
rm -rf /var/cache/pip/* /usr/bin/cc /usr/bin/c99 /usr/bin/gcc* /usr/bin/*-linux-gnu-gcc*
rm -rf /usr/bin/msgfmt /usr/lib/python3*/ensurepip
"""
_REFRESHES = "timeout 60 apt-get -o APT::Update::Error-Mode=any update"


def test_a_host_without_a_way_out_and_without_a_compiler_is_upgraded_by_what_another_built(
    tmp_path: Path,
) -> None:
    combination = Combination("bookworm", "sqlite", older.OLD)
    with clone(combination) as builder, clone(combination) as alone:
        for suite in (builder, alone):
            suite.wait_until_serving()
        alone.run(_ALONE)
        reaches = [
            suite.machine.run(_REFRESHES, check=False).returncode == 0 for suite in (builder, alone)
        ]
        assert reaches == [True, False]
        waves = {"builder": (builder.machine, {"mailman_wave": 0}),
                 "alone": (alone.machine, {"mailman_wave": 1})}  # fmt: skip
        cache = tmp_path / "releases"

        done = fleets.converge(fleets.inventory(tmp_path, waves), NEWER, cache)

        assert done.returncode == 0, done.stdout
        assert "the other hosts of its kind get a copy" in done.stdout
        assert {runs(suite) for suite in (builder, alone)} == {older.NEW}
        assert len(list(cache.glob("*.tar.gz"))) == 1
        alone.delivers()
