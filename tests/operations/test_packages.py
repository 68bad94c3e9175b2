"""Packages that are there cost nothing, and some may arrive while the run goes on."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pyinfra.api.operation import OperationMeta
from pyinfra.connectors.util import CommandOutput

from mailman_suite.operations import packages
from mailman_suite.operations.packages import deb_installation
from tests.plans.harness import plan_of
from tests.plans.plan import Operation

QUERY = shutil.which("dpkg-query")
NOT_FOUND = 127


def installed(names: list[str], *, found: set[str], broken: bool = False) -> Operation:
    """The operation that installs these packages, `mta` as one that may follow."""

    def deploy() -> None:
        packages.debs(name="Packages", names=names, following=["mta"])

    answer = {"installed": found, "broken": broken}
    (operation,) = plan_of(deploy, {}, {"DebPackages": answer}).operations
    return operation


def test_what_may_follow_is_installed_by_a_unit_of_its_own():
    now, later = installed(["proxy", "mta"], found=set()).commands
    assert "install --no-install-recommends proxy;" in now
    assert "systemd-run --quiet --collect --unit=mailman3-suite-packages flock" in later
    assert "install --no-install-recommends mta;" in later


def test_nothing_is_sent_where_all_is_there():
    assert installed(["proxy", "mta"], found={"proxy", "mta"}).actions == ()


def test_a_broken_installation_is_repaired_first():
    (repair,) = installed(["proxy"], found={"proxy"}, broken=True).commands
    assert "dpkg --configure -a" in repair


@pytest.mark.parametrize(
    ("half_unpacked", "apt", "calls"),
    [
        ("ii  bash\niHR postfix\niU  mta\n", "true", ["install postfix"]),
        ("iU  postfix\n", "true", ["install"]),
        ("iU  postfix\n", "test -e fetched", ["install", "update", "install"]),
    ],
    ids=["half unpacked", "unpacked before its libraries", "without lists of packages"],
)
def test_what_dpkg_cannot_configure_is_left_to_apt(
    half_unpacked: str, apt: str, calls: list[str], tmp_path: Path
):
    programs = {
        "dpkg": 'test "$1" != --configure && echo something is broken',
        "dpkg-query": f"printf '{half_unpacked}'",
        "apt-get": f'echo "$@" >> calls; case "$*" in *update) touch fetched;; *) {apt};; esac',
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    repair = packages._REPAIR.replace(packages._WAIT, "")
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    assert subprocess.run(["sh", "-c", repair], cwd=tmp_path, env=environment).returncode == 0
    made = (tmp_path / "calls").read_text().splitlines()
    assert [re.sub("^.*? (install|update)", r"\1", one).strip() for one in made] == calls
    repairs = [one for one in made if "install" in one]
    assert all("--fix-broken --no-remove --reinstall" in one for one in repairs)


def followed(installation: OperationMeta, facts: dict[str, object]) -> Operation:
    """The operation that waits for what followed that installation."""

    def deploy() -> None:
        packages.followed_debs(name="Packages", names=["mta"], installation=installation)

    (operation,) = plan_of(deploy, {}, facts).operations
    return operation


def test_what_followed_is_not_asked_for_where_nothing_was_missing():
    installation = OperationMeta("installation", is_change=None)
    installation.set_complete(True, [], CommandOutput([]))
    assert followed(installation, facts={}).actions == ()


def test_what_followed_is_asked_for_where_it_was_missing_and_in_a_plan():
    missing = {"DebPackages": {"installed": set(), "broken": False}}
    planned = OperationMeta("installation", is_change=None)
    changed = OperationMeta("installation", is_change=None)
    changed.set_complete(True, ["systemd-run"], CommandOutput([]))
    for installation in (planned, changed):
        (command,) = followed(installation, missing).commands
        assert "install --no-install-recommends mta;" in command


@pytest.mark.skipif(QUERY is None, reason="asks dpkg: run on Debian or a relative")
@pytest.mark.parametrize(
    ("names", "status"),
    [
        (["bash", "sed"], 0),
        (["bash", "no-such-package"], NOT_FOUND),
        (["no-such-package"], NOT_FOUND),
    ],
    ids=str,
)
def test_the_command_goes_on_only_where_a_package_is_missing(
    names: list[str], status: int, tmp_path: Path
):
    """With dpkg-query alone in the path, going on ends at `flock`, which cannot be found."""
    assert QUERY is not None
    (tmp_path / "dpkg-query").symlink_to(QUERY)
    command = deb_installation(names).get_raw_value()
    done = subprocess.run(["/bin/sh", "-c", command], env={"PATH": str(tmp_path)})
    assert done.returncode == status
