"""What the lab decides before it touches the box."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lab import (
    LabError,
    access,
    disks,
    hours,
    images,
    layers,
    needs,
    network,
    paths,
    records,
)
from lab.records import Disk, MachineRecord

RECORD = MachineRecord("mail", "10.77.0.10", Disk("bookworm", "bookworm-1", ("suite", "data")))


@pytest.mark.parametrize("name", ["", "-a", "1a", "Mail", "a.b", "../a", "a" * 41, "a\n"])
def test_a_name_that_is_no_host_name_is_refused(name: str) -> None:
    with pytest.raises(LabError, match="expected lower case, digits and hyphens"):
        records.check_name(name)


@pytest.mark.parametrize("name", ["", ".new", "a/b", "a:b", "a,b", "A", "a b"])
def test_a_layer_name_that_would_break_a_path_or_mount_is_refused(name: str) -> None:
    with pytest.raises(LabError, match="found layer name"):
        records.check_layer_name(name)


def test_an_unknown_suite_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LabError, match="'buster', expected one of bookworm, trixie, bullseye"):
        images.ensure("buster")


def test_machines_get_the_lowest_free_address() -> None:
    assert network.free_address([]) == "10.77.0.10"
    assert network.free_address(["10.77.0.10", "10.77.0.12"]) == "10.77.0.11"


def test_a_full_network_is_refused() -> None:
    with pytest.raises(LabError, match="in use; remove machines"):
        network.free_address([str(host) for host in paths.NETWORK.hosts()])


def test_the_newest_layer_lies_on_top_and_the_image_below_all() -> None:
    lower = disks.overlay(RECORD).split(",")[0].removeprefix("lowerdir=").split(":")

    assert [Path(tree).relative_to(paths.LAYERS).parts[0] for tree in lower[:2]] == [
        "data",
        "suite",
    ]
    assert lower[2:] == [str(paths.IMAGES / "bookworm-1")]


def test_a_machine_knows_its_full_name_by_its_own_address() -> None:
    assert "10.77.0.10 mail.lab.test mail\n" in disks.identity(RECORD)["etc/hosts"]


@pytest.mark.parametrize(
    ("hour", "zone"),
    [((9, 1), "LAB+00:00"), ((23, 59), "LAB+14:58"), ((0, 0), "LAB+14:59"), ((9, 0), "LAB+23:59")],
)
def test_a_machine_begins_at_one_past_nine_for_cron(hour: tuple[int, int], zone: str) -> None:
    files = hours.waiting(datetime(2026, 11, 27, *hour, tzinfo=UTC))

    assert files[hours.CRON] == f"[Service]\nEnvironment=TZ={zone}\n"


def test_what_the_box_lacks_is_installed_by_one_process_while_others_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing, said = ["debootstrap"], []

    def apt(argv: list[str]) -> str:
        said.append(argv[-1])
        time.sleep(0.1)
        if "install" in argv:
            missing.clear()
        return ""

    monkeypatch.setattr(paths, "ALL_STATE", tmp_path)
    monkeypatch.setattr(needs, "why_not", lambda: None)
    monkeypatch.setattr(needs, "missing_packages", lambda: list(missing))
    monkeypatch.setattr(needs, "run", apt)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: needs.ensure(), range(3)))

    assert [word for word in said if word != "overlay"] == ["update", "debootstrap"]


# As apt's `update`, it fails where another one is at work.
_APT = """#!/bin/sh
mkdir {0}/busy || exit 100
touch {0}/begun
sleep 0.5
rmdir {0}/busy
"""


def test_an_apt_that_a_killed_lab_left_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text(_APT.format(tmp_path))
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(paths, "ALL_STATE", tmp_path)
    killed = multiprocessing.get_context("fork").Process(target=needs._install, args=(["x"],))
    killed.start()
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    killed.kill()
    killed.join()

    needs._install(["x"])


def test_ssh_finds_a_machine_by_name_full_name_and_address() -> None:
    config = access.render_ssh_config({"mail": "10.77.0.10"})

    assert config.startswith("Host mail mail.lab.test 10.77.0.10\n    HostName 10.77.0.10\n")
    assert "StrictHostKeyChecking yes" in config


def test_a_digest_follows_contents_names_and_what_lies_below(tmp_path: Path) -> None:
    inputs = tmp_path / "steps"
    inputs.mkdir()
    (inputs / "core.py").write_text("one")
    digests = [layers.digest([inputs], "image-1"), layers.digest([inputs], "image-2")]
    (inputs / "core.py").write_text("two")
    digests.append(layers.digest([inputs], "image-1"))
    (inputs / "core.py").rename(inputs / "web.py")
    digests.append(layers.digest([inputs], "image-1"))

    assert len(set(digests)) == 4


PROGRAM = '"""Adds."""\n\n\ndef add(a, b):\n    """The sum."""\n    return a + b  # of both\n'


@pytest.mark.parametrize(
    ("was", "becomes", "counts"),
    [
        ("Adds.", "Adds two numbers.", False),
        ("The sum.", "What both are together.", False),
        ("  # of both", "", False),
        ("a + b", "a - b", True),
        ("def add", "def sum", True),
    ],
)
def test_what_a_program_says_of_itself_builds_no_layer_anew(
    tmp_path: Path, was: str, becomes: str, counts: bool
) -> None:
    program = tmp_path / "add.py"
    program.write_text(PROGRAM)
    before = layers.digest([program], "")
    program.write_text(PROGRAM.replace(was, becomes))
    assert (layers.digest([program], "") != before) == counts


def test_a_digest_does_not_follow_compiled_files(tmp_path: Path) -> None:
    (tmp_path / "core.py").write_text("one")
    before = layers.digest([tmp_path], "image")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "core.pyc").write_text("compiled")

    assert layers.digest([tmp_path], "image") == before


def test_a_digest_of_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="expected an input of a layer there"):
        layers.digest([tmp_path / "absent"], "image")


@pytest.fixture
def empty_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab of its own without a machine or layer."""
    monkeypatch.setattr(paths, "LAYERS", tmp_path / "layers")
    monkeypatch.setattr(paths, "LOCKS", tmp_path / "locks")
    monkeypatch.setattr(paths, "MACHINES", tmp_path / "machines")
    paths.LAYERS.mkdir()


@pytest.mark.usefixtures("empty_lab")
def test_a_layer_that_two_processes_remove_at_once_is_gone_without_an_error() -> None:
    """Both chose it before either held the lock; the second finds nothing to do."""
    layer = paths.LAYERS / "suite-bookworm-1"
    layer.mkdir()
    for _ in range(2):
        layers._remove(layer.name)
    assert list(paths.LAYERS.iterdir()) == []


@pytest.mark.usefixtures("empty_lab")
def test_processes_that_make_room_at_once_leave_the_newest_layers() -> None:
    names = [f"suite-bookworm-{number:02}" for number in range(40)]
    for age, name in enumerate(names):
        records.write_layer(_made(paths.LAYERS / name), Disk("bookworm", "image"))
        os.utime(paths.LAYERS / name, (age, age))
    with ThreadPoolExecutor(8) as pool:
        tasks = [pool.submit(layers._remove_older, "suite-", names[-1]) for _ in range(8)]
    assert [task.exception() for task in tasks] == [None] * 8
    assert records.layers() == names[-layers.KEPT :]


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory
