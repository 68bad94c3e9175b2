"""Wheels that another host built are used only when they are exactly those."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mailman_suite.host import build_wheels
from mailman_suite.host.build_wheels import (
    MANIFEST,
    WheelsError,
    verify_manifest,
    write_manifest,
)

BUILD = "3.3.10-py3.11-0123456789ab"


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """Two wheels with their manifest."""
    for name in ("one-1.0-py3-none-any.whl", "two-2.0-py3-none-any.whl"):
        (tmp_path / name).write_bytes(name.encode())
    write_manifest(tmp_path, BUILD)
    return tmp_path


def _tamper(wheels: Path) -> None:
    (wheels / "one-1.0-py3-none-any.whl").write_bytes(b"something else")


def _lose(wheels: Path) -> None:
    (wheels / "one-1.0-py3-none-any.whl").unlink()


def _add(wheels: Path) -> None:
    (wheels / "one-1.1-py3-none-any.whl").write_bytes(b"one more")


def test_untouched_wheels_are_taken(wheels: Path):
    assert verify_manifest(wheels, BUILD) == write_manifest(wheels, BUILD)


@pytest.mark.parametrize("damage", [_tamper, _lose, _add])
def test_wheels_that_differ_are_refused_by_name(wheels: Path, damage: Callable[[Path], None]):
    damage(wheels)
    with pytest.raises(WheelsError, match=r"one-1\.[01]-py3-none-any\.whl; ship the whole"):
        verify_manifest(wheels, BUILD)


def test_wheels_of_another_build_are_refused(wheels: Path):
    with pytest.raises(WheelsError, match="for identifier"):
        verify_manifest(wheels, BUILD.replace("3.11", "3.12"))


def test_wheels_of_another_kind_of_host_are_refused(wheels: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(build_wheels, "host_kind", lambda: "another 1, linux-riscv64")
    with pytest.raises(WheelsError, match="riscv64"):
        verify_manifest(wheels, BUILD)


def test_a_manifest_says_for_whom_it_is(wheels: Path):
    manifest = json.loads((wheels / MANIFEST).read_text())
    assert manifest["identifier"] == BUILD
    assert manifest["host"] == build_wheels.host_kind()


def test_wheels_without_a_manifest_are_refused(wheels: Path):
    (wheels / MANIFEST).unlink()
    with pytest.raises(WheelsError, match="no manifest"):
        verify_manifest(wheels, BUILD)


def test_a_lock_is_divided_into_entries_and_none_is_lost():
    lock = "# made by\na==1 \\\n    --hash=sha256:1\nB_c==2 \\\n    --hash=sha256:2\n    # via a\n"
    assert build_wheels.entries(lock) == [
        "a==1 \\\n    --hash=sha256:1\n",
        "B_c==2 \\\n    --hash=sha256:2\n    # via a\n",
    ]
