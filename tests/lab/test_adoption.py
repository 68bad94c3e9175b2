"""A suite that somebody made by hand along upstream's guide becomes ours with all its data."""

from __future__ import annotations

import itertools
import json
import os
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from lab import machines
from lab.machines import Machine
from mailman_suite.host.state.invariants import differences
from tests.lab import guide_made, installed, invariant_look
from tests.lab.guide_made import HANDMADE, MAIN, Handmade
from tests.lab.installed import changes
from tests.lab.suites import Suite, eventually
from tests.lab.takeover import declared, minimal, seeded

TAKEN_OVER = ("rest_password", "archiver_key", "django_secret_key")
# What group data declares anew: the site goes by its name, the superuser can log in.
NAMED_ANEW = ("sites: ", "sites' mail domains: ", "web users' addresses: ")
# The first Core that judges bounces: it asks members by probes, then forgets old events.
JUDGED = ("bounce events: ", "pending tokens: ", "pending tokens' values: ")
# Core forgets neither of an address and a message that are gone; the message through the new suite.
PROBED = ("preferences: ", "used identifiers: ")
DROP_IN = "/etc/systemd/system/mailman3.service.d/ours.conf"
_NUMBERS = itertools.count(1)
_SECONDS = 900
EACH = [
    pytest.param(one, id=one.name, marks=[] if one == MAIN else [pytest.mark.full])
    for one in HANDMADE
]


@pytest.fixture(params=EACH)
def handmade(request: pytest.FixtureRequest) -> Iterator[tuple[Machine, Handmade]]:
    one: Handmade = request.param
    machine = machines.up(f"test-{os.getpid()}-taken-{next(_NUMBERS)}", layer=seeded(one))
    try:
        # Mail that no runner works on is carried through; for old mail, every run would complain.
        machine.run("touch /opt/mailman/mm/var/queue/held-back/*")
        machine.run(f"install -D -m 644 /dev/stdin {DROP_IN}", stdin="[Service]\nNice=5\n")
        yield machine, one
    finally:
        machine.down()


def test_a_suite_made_by_hand_is_taken_over_with_all_that_it_holds(
    handmade: tuple[Machine, Handmade],
) -> None:
    machine, one = handmade
    theirs = guide_made.suite(machine, one)
    theirs.wait_until_serving()
    before = invariant_look.look(machine)
    assert "runjobs" in _crontabs(machine)
    secrets = theirs.secrets()
    refused = installed.converge(machine, minimal(one))
    assert refused.returncode != 0
    assert "TIME_ZONE" in refused.stdout, "what the host sets itself is named"
    data = declared(machine, one)
    assert (
        f"{DROP_IN} is removed in the window"
        in installed.converge(machine, data, ("--dry",)).stdout
    )

    done = installed.converge(machine, data, timeout=_SECONDS)

    assert done.returncode == 0, done.stdout
    after = differences(before, invariant_look.look(machine))
    assert [one for one in after if not one.startswith(_expected(before))] == []
    ours = Suite(machine, installed.Combination(one.suite, one.database, one.becomes))
    ours.wait_until_serving()
    assert {name: ours.secrets()[name] for name in TAKEN_OVER} == {
        name: secrets[name] for name in TAKEN_OVER
    }
    last = installed.converge(machine, data)
    assert (last.returncode, changes(last.stdout)) == (0, []), last.stdout
    assert "runjobs" not in _crontabs(machine)
    shown = "systemctl show --value --property"
    assert machine.run(f"{shown}=DropInPaths mailman3").stdout.strip() == ""
    # A unit without a Nice of its own shows systemd's, which the lab has from this test run.
    nice = machine.run(f"{shown}=Nice mailman3; {shown}=Nice ssh").stdout.split()
    assert nice[0] == nice[1]
    machine.run(f"test ! -e {DROP_IN} && grep -r Nice=5 /var/backups/mailman3")
    ours.delivers()
    eventually(lambda: _bounces_are_over(machine), "the bounces of long ago were worked off")
    later = differences(before, invariant_look.look(machine))
    assert [one for one in later if one.startswith("members (announce")] == [], "none is disabled"
    page = f"/archives/search?mlist=announce@{installed.DOMAIN}&q=Faden"
    eventually(lambda: "/message/" in ours.visitor.get(page).text, "old mail is found")


def test_a_suite_made_by_hand_is_as_it_was_when_its_window_fails(
    handmade: tuple[Machine, Handmade],
) -> None:
    machine, one = handmade
    theirs = guide_made.suite(machine, one)
    theirs.wait_until_serving()
    data, before = declared(machine, one), _state(machine)
    counted = invariant_look.look(machine)
    # The new web's health fails: nothing of ours that is checked before is wrong.
    broken = {**data.get("mailman_web_settings", {}), "ROOT_URLCONF": "nowhere.urls"}

    failed = installed.converge(machine, {**data, "mailman_web_settings": broken}, timeout=_SECONDS)

    assert failed.returncode != 0, failed.stdout
    assert "rolled back" in failed.stdout
    theirs.wait_until_serving()
    assert _state(machine) == before
    assert differences(counted, invariant_look.look(machine)) == []
    theirs.delivers()


def _expected(before: dict[str, Any]) -> tuple[str, ...]:
    """How differences begin that there must be, once the new Core runs."""
    judged = () if "members' bounce scores" in before else JUDGED
    return (*NAMED_ANEW, *PROBED, *judged)


def _bounces_are_over(machine: Machine) -> bool:
    """Whether Core has judged every bounce that it knows."""
    asked = shlex.quote('{"core_config": "/etc/mailman3/mailman.cfg"}')
    program = invariant_look.program(f"{invariant_look.VENV}/python", "survey.core")
    said = machine.run(f"{program} look {asked}").stdout
    return bool(json.loads(said)["bounce_events_waiting"] == 0)


def _crontabs(machine: Machine) -> str:
    """Every cron job of the host."""
    return machine.run("find /var/spool/cron /etc/cron.d -type f -exec cat {} +").stdout


def _state(machine: Machine) -> str:
    """Digests of the host's own files, its links, and what its units are."""
    files = machine.run(
        "cd / && find etc/mailman3 etc/nginx etc/postfix/main.cf etc/cron.d var/spool/cron"
        " etc/systemd/system opt/mailman/venv/pyvenv.cfg opt/mailman/web/static -type f"
        " ! -path 'etc/mailman3/secrets/*' ! -name 'mailman-window*' ! -name '*.pyc'"
        " -exec sha256sum {} + | sort -k2"
    )
    kinds = machine.run("stat -c '%n %F %U %G %a' /opt/mailman/venv /opt/mailman/web/static")
    units = machine.run("systemctl is-enabled mailman3 mailmanweb; postconf -n defer_transports")
    return json.dumps([files.stdout, kinds.stdout, units.stdout], indent=1)
