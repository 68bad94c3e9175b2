"""The hosts of one suite on five hosts, each as its group data declare it."""

from __future__ import annotations

from typing import Any

from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.prospect import Prospect
from mailman_suite.inspection.suites import suite_of
from mailman_suite.settings import Settings
from mailman_suite.settings.roles import ROLES
from mailman_suite.suite.suite import Suite
from tests.bad_settings import GOOD
from tests.plans.suite_on_paper import SPLIT, look
from tests.unit.kept_states import DEBIAN_12, OLD

HOSTS: dict[str, list[str]] = SPLIT["mailman_hosts"]
NEW = suite_of(declared_settings(GOOD), look(DEBIAN_12)).identifier
# A suite of other people, on other hosts of the same run.
OTHERS = {role: [one.replace("10.0.0", "10.0.1") for one in them] for role, them in HOSTS.items()}
every_role = ("all", *ROLES)


def split_settings(role: str, number: int = 0, **more: Any) -> Settings:
    """Those of one host of a role; `all` is a whole suite."""
    if role == "all":
        return declared_settings({**GOOD, **more})
    hosts = more.get("mailman_hosts", HOSTS)
    address = {"mailman_address": hosts[role][number]}
    return declared_settings({**GOOD, **SPLIT, **address, **more})


def split_suite(role: str, number: int = 0, *, runs: str = "", **more: Any) -> Suite:
    """One host of a role; it runs nothing yet, or `runs`."""
    return suite_of(split_settings(role, number, **more), look(DEBIAN_12, runs))


def prospect(role: str, number: int = 0, *, runs: str = OLD, **more: Any) -> Prospect:
    """What a look says of one host; those of other roles than Core and web run no release."""
    release = runs if role in ("core", "web", "all") else ""
    suite = split_suite(role, number, runs=release, **more)
    return Prospect(f"{role}{number}", suite.settings, look(DEBIAN_12, release), suite)
