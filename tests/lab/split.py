"""One suite of ours on several machines of the lab, a role on each."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.machines import Machine
from mailman_suite.settings.secret_references import SHARED
from tests.lab import fleets, older
from tests.lab.installed import DECLARED, REPOSITORY, WEB_HOST
from tests.lab.suites import Suite
from tests.lab.visitor import Visitor

# Machine -> role; of hosts of the web there are two.
ROLES = {"database": "database", "core": "core", "web": "web", "web2": "web", "mta": "mta"}
OLD = older.combination("postgresql").data
NEXT = {**OLD, "mailman_release": "3.3.10"}
NEW = {**OLD, "mailman_release": older.NEW}


@dataclass(frozen=True)
class SplitSuite(Suite):
    """A suite whose `machine` is Core's; people and mail come by others."""

    machines: Mapping[str, Machine]

    @property
    def door(self) -> Machine:
        """The edge."""
        return self.machines["mta"]

    @property
    def visitor(self) -> Visitor:
        """A new visitor of the web's first machine."""
        return Visitor(self.machines["web"].address, WEB_HOST)

    @property
    def webs(self) -> list[Suite]:
        """The web's machines, each asked alone."""
        return [Suite(self.machines[name], self.combination) for name in named("web")]


def named(role: str) -> list[str]:
    """The machines that have a role."""
    return [name for name, its in ROLES.items() if its == role]


def made(make: Callable[..., Machine]) -> SplitSuite:
    """Bare machines, two for the web and one for each other role."""
    machines = {name: make(suite="bookworm") for name in ROLES}
    return SplitSuite(machines["core"], older.combination("postgresql"), machines)


def inventory(place: Path, suite: SplitSuite, **more: Any) -> Path:
    """The inventory of the suite's machines; `more` is group data."""
    hosts = {
        role: [suite.machines[name].address for name in named(role)] for role in ROLES.values()
    }
    common = {**DECLARED, "mailman_database": "postgresql", **_secrets(place), **more}
    return fleets.inventory(
        place,
        {
            name: (machine, {**common, "mailman_hosts": hosts, "mailman_address": machine.address})
            for name, machine in suite.machines.items()
        },
    )


def _secrets(place: Path) -> dict[str, str]:
    """The lines that `make secrets` prints, with the secrets made."""
    words = [sys.executable, "-m", "mailman_suite.preflight.shared_secrets", str(place / "secrets")]
    done = subprocess.run(words, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    lines = dict(line.split(" = ") for line in done.stdout.splitlines() if " = " in line)
    assert lines.keys() == {f"mailman_{name}" for name in SHARED}, done.stdout
    return {name: value.strip('"') for name, value in lines.items()}
