"""A release from an identical host is put in place whole, or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailman_suite.host.base.release_tree import STAMP, is_complete
from mailman_suite.host.build import unpack

BUILD = "3.3.10-py3.11-0123456789ab"


class Order:
    """What a host was sent: build.json and the archive of a release."""

    def __init__(self, folder: Path, identifier: str = BUILD) -> None:
        self.inputs, self.release_dir = folder / "inputs", folder / "releases" / BUILD
        self.inputs.mkdir()
        self.archive = self.inputs / unpack.ARCHIVE
        order = {"release_dir": str(self.release_dir), "identifier": BUILD}
        (self.inputs / "build.json").write_text(json.dumps(order))
        built = folder / "built"
        (built / "venv" / "bin").mkdir(parents=True)
        (built / "venv" / "bin" / "mailman").write_text("#!/opt/python\n")
        (built / "venv" / "bin" / "mailman").chmod(0o755)
        (built / STAMP).write_text(json.dumps({"identifier": identifier}))
        subprocess.run(["tar", "-C", built, "-czf", self.archive, "."], check=True)
        self.sha256 = hashlib.sha256(self.archive.read_bytes()).hexdigest()

    def unpacked(self) -> int:
        """The program's exit status."""
        return unpack.main([str(self.inputs), self.sha256])

    @property
    def there(self) -> list[str]:
        """What stands in the directory of releases, without locks."""
        names = (path.name for path in self.release_dir.parent.iterdir())
        return sorted(name for name in names if not name.endswith(".lock"))


def test_a_release_is_unpacked_under_its_name(tmp_path: Path):
    order = Order(tmp_path)
    assert order.unpacked() == 0
    assert is_complete(order.release_dir, BUILD)
    assert os.access(order.release_dir / "venv" / "bin" / "mailman", os.X_OK)
    assert order.there == [BUILD]
    assert oct(order.release_dir.stat().st_mode & 0o7777) == "0o755"


def test_an_archive_that_changed_on_its_way_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    order = Order(tmp_path)
    order.archive.write_bytes(order.archive.read_bytes()[:-1])
    assert order.unpacked() == 1
    assert order.there == []
    assert f"expected {order.sha256}; it was damaged" in capsys.readouterr().err


def test_an_archive_of_another_release_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    order = Order(tmp_path, identifier="another")
    assert order.unpacked() == 1
    assert not order.release_dir.exists()
    assert "contains another release" in capsys.readouterr().err


def test_an_archive_that_tar_cannot_read_is_refused(tmp_path: Path):
    order = Order(tmp_path)
    order.archive.write_bytes(order.archive.read_bytes()[:60])
    order.sha256 = hashlib.sha256(order.archive.read_bytes()).hexdigest()
    assert order.unpacked() == 1
    assert not order.release_dir.exists()


def test_what_an_interrupted_run_left_is_replaced(tmp_path: Path):
    order = Order(tmp_path)
    for half in (order.release_dir, order.release_dir.with_name(f".{BUILD}.new")):
        (half / "venv").mkdir(parents=True)
        (half / "venv" / "half").write_text("a file")
    assert order.unpacked() == 0
    assert order.there == [BUILD]
    assert not (order.release_dir / "venv" / "half").exists()


def test_a_run_killed_before_the_rename_leaves_no_release(tmp_path: Path):
    """The program is stopped where it would bring everything to the disk, then runs again."""
    order = Order(tmp_path)
    killed = """
import os, signal, sys
from mailman_suite.host.build import unpack
unpack.sync_all = lambda _: os.kill(os.getpid(), signal.SIGKILL)
unpack.main(sys.argv[1:])
"""
    words = [sys.executable, "-c", killed, str(order.inputs), order.sha256]
    done = subprocess.run(words, cwd=Path(__file__).parents[2])
    assert done.returncode < 0
    assert not order.release_dir.exists()
    assert order.unpacked() == 0
    assert order.there == [BUILD]


def test_a_complete_release_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    order = Order(tmp_path)
    assert order.unpacked() == 0
    (order.release_dir / "static").mkdir()
    assert order.unpacked() == 0
    assert (order.release_dir / "static").is_dir()
    assert f"{BUILD} is complete already" in capsys.readouterr().out
