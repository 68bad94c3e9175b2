"""What the locks name is installed as they name it, or nothing is: by the real uv, offline."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from uv import find_uv_bin

from mailman_suite.host.base.account import Account, CommandError
from mailman_suite.host.build.installer import Locks, Uv
from tests.unit.test_build_release import account
from tests.unit.test_package_index import index_of, line

assert account  # a fixture
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="changes the user: run as root")


class Installed:
    """A pip that has installed uv, on a host without an index, and builds no package."""

    def __init__(self, environment: Path, links: Path) -> None:
        self.environment, self._links = environment, links
        (environment / "bin").mkdir(parents=True)
        shutil.copy(find_uv_bin(), environment / "bin" / "uv")

    def __call__(self, *words: str) -> str:
        """The answer of `pip config list`."""
        return f"global.no-index='true'\nglobal.find-links='{self._links}'\n"


class Place:
    """A virtual environment, uv, a directory of links and one of patched wheels."""

    def __init__(self, folder: Path, account: Account) -> None:
        self.links, self.patched = index_of(folder / "links", "tiny"), folder / "patched"
        self.patched.mkdir()
        self.locks = Locks(folder / "uv.lock", folder / "pip.lock")
        self.locks.pip.write_text("")
        venv = account.directory(folder / "venv")
        account.run("/usr/bin/python3", "-m", "venv", "--without-pip", venv)
        self.python = venv / "bin" / "python"
        pip: Any = Installed(folder / "installer", self.links.parent)
        self.uv = Uv(pip, folder / "installer.lock", account)

    def install(self, lock: str) -> list[str]:
        """The modules that are there afterwards."""
        self.locks.uv.write_text(lock)
        self.uv.install(self.locks, self.patched, self.python)
        return self.modules

    @property
    def modules(self) -> list[str]:
        """Those of the virtual environment."""
        return sorted(one.name for one in self.python.parents[1].rglob("site-packages/*.py"))


@pytest.fixture
def place(tmp_path: Path, account: Account) -> Place:
    return Place(tmp_path, account)


def test_a_package_is_taken_from_the_hosts_links(place: Place):
    assert place.install(line(place.links)) == ["tiny.py"]


def test_a_wheel_that_root_patched_is_found_beside_the_hosts_links(place: Place):
    wheel = index_of(place.patched, "ours")
    shutil.move(wheel, place.patched)
    lock = line(place.links) + line(wheel, (place.patched / wheel.name).read_bytes())
    assert place.install(lock) == ["ours.py", "tiny.py"]


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (lambda lock: lock.replace("sha256:", "sha256:0")[:-2], "Hash mismatch"),
        (lambda lock: lock.partition(" --hash")[0], "all requirements must have a hash"),
    ],
    ids=["another content", "no hash"],
)
def test_a_lock_that_does_not_vouch_for_a_package_installs_nothing(
    place: Place, broken: Callable[[str], str], told: str
):
    with pytest.raises(CommandError, match="tiny") as refused:
        place.install(broken(line(place.links)))
    assert place.modules == []
    assert told in str(refused.value)
