"""A real host that insists on a rehearsal takes the receipt of its own, and no other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from mailman_suite.facts.machine_identity import MachineIdentity
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.preflight.rehearsal import wanted
from mailman_suite.receipts.kept import RECEIPT, REHEARSALS
from mailman_suite.receipts.receipt import Wanted, combined
from mailman_suite.rehearsal.records import keep
from tests.lab import older
from tests.lab.suites import Suite
from tests.plans.paper_hosts import paper_hosts
from tests.plans.suite_on_paper import look
from tests.unit.rehearsed import result

pytestmark = pytest.mark.full

INSISTS = {"mailman_release": older.NEW, "mailman_require_rehearsal": True}
RUNNING = "basename $(dirname $(readlink -f /opt/mailman/venv))"


@pytest.fixture
def host() -> Iterator[Suite]:
    with older.clone("sqlite", "-insists") as suite:
        yield suite


def wanted_by(host: Suite) -> Wanted:
    """What the host is about to do, by what it says itself and by what is declared."""
    (paper,) = [one for one in paper_hosts(supported=True) if one.name == "debian-12"]
    running = host.run(RUNNING).strip()
    settings = declared_settings({**host.combination.data, **INSISTS})
    command = MachineIdentity().command().get_raw_value()
    machine = MachineIdentity().process(host.run(command).splitlines())
    return wanted(suite_of(settings, look(paper, running)), machine)


def rehearsed(which: Wanted, name: str) -> dict[str, Any]:
    """The result of a rehearsal of just that."""
    return result(
        **{"id": name, "from": which.running, "to": which.identifier},
        production={"host": "lists1.example.org", "machine_id_digest": which.machine},
        lock_sha256=which.lock_sha256,
        settings=dict(which.settings),
        settings_sha256=combined(which.settings),
    )


def plan(host: Suite) -> tuple[int, str]:
    """Exit status and words of a run that only looks."""
    done = host.converge(INSISTS, ("--dry",))
    return done.returncode, done.stdout


def test_only_a_receipt_of_its_own_lets_a_host_change_its_release(host: Suite) -> None:
    status, said = plan(host)
    assert (status, "this host has no rehearsal" in said) == (1, True), said

    name = f"{host.machine.name}-rehearsal"
    place = keep(rehearsed(wanted_by(host), name), datetime.now(timezone.utc), None, REHEARSALS)
    try:
        status, said = plan(host)
        assert status == 0, said
        text = (place / RECEIPT).read_text(encoding="utf-8")
        (place / RECEIPT).write_text(text.replace('"3.3.10+forked"', '"3.3.11"'))
        status, said = plan(host)
        assert (status, f"{name} does not count (tampered)" in said) == (1, True), said
    finally:
        shutil.rmtree(place)
