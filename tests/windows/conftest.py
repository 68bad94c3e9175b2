"""Hosts that are ready for a window, each made once and copied for every case."""

from __future__ import annotations

import copy
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.windows import hosts, in_process, kinds
from tests.windows.hosts import Host

Fresh = Callable[[], Host]


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where there is some: hosts are copied hundreds of times."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path_factory.mktemp("windows")
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="windows-") as directory:
        yield Path(directory)


@pytest.fixture(scope="session")
def prepared(place: Path) -> Callable[[str], Fresh]:
    """Kind -> what makes a fresh host of it, always in the same place."""
    made: dict[str, Fresh] = {}

    def of(kind: str) -> Fresh:
        if kind not in made:
            root = place / kind.replace(" ", "-") / "host"
            root.mkdir(parents=True)
            host = kinds.KINDS[kind](root)
            shutil.rmtree(host.place / "program")  # it runs within the test
            hosts.copy(root, root.with_name("kept"))

            def again() -> Host:
                hosts.copy(root.with_name("kept"), root)
                fresh = copy.deepcopy(host)
                hosts.start_what_is_left_alone(fresh)
                return fresh

            made[kind] = again
        return made[kind]

    return of


@pytest.fixture
def host(kind: str, prepared: Callable[[str], Fresh], monkeypatch: pytest.MonkeyPatch) -> Host:
    """A fresh host of the test's kind, whose commands are answered within the test."""
    found = prepared(kind)()
    in_process.watched(found, monkeypatch)
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files belong to root, as on a host; kind by kind, as a kind's host is made by each worker."""
    places = [at for at, item in enumerate(items) if "tests/windows" in str(item.path)]
    for at, item in zip(places, sorted((items[at] for at in places), key=_kind)):
        items[at] = item
        if os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="gives files to root, as root does"))


def _kind(item: pytest.Item) -> str:
    called = getattr(item, "callspec", None)
    return str(called.params.get("kind", "")) if called else ""
