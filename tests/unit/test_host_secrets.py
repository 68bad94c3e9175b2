"""`host/apply/secrets.py` on real files: generated once, given exactly, never told."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.apply import secrets

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to accounts, as root does")
GIVEN = "Correct-horse_battery.staple"


@pytest.fixture
def declared(tmp_path: Path) -> dict[str, Any]:
    names = {"rest_password": ["daemon", "640"], "superuser_password": ["root", "600"]}
    return {"directory": str(tmp_path), "salt": "pepper", "names": names, "values": {}}


def test_what_is_missing_is_generated_once(declared: dict[str, Any], tmp_path: Path):
    assert secrets.look(declared)["missing"] == ["rest_password", "superuser_password"]
    secrets.apply(declared)
    found = secrets.look(declared)
    assert (found["missing"], found["attributes"]) == ([], [])
    before = [path.read_text() for path in sorted(tmp_path.iterdir())]
    assert len(before) == len(set(before)) == 2
    secrets.apply(declared)
    assert [path.read_text() for path in sorted(tmp_path.iterdir())] == before


def test_a_given_value_replaces_what_is_there(declared: dict[str, Any], tmp_path: Path):
    secrets.apply(declared)
    generated = (tmp_path / "superuser_password").read_text()
    secrets.apply({**declared, "values": {"rest_password": GIVEN}})
    assert (tmp_path / "rest_password").read_text() == f"{GIVEN}\n"
    assert (tmp_path / "superuser_password").read_text() == generated


def test_a_digest_tells_equality_and_nothing_else(declared: dict[str, Any]):
    secrets.apply({**declared, "values": {"rest_password": GIVEN}})
    found = secrets.look(declared)
    assert found["digests"]["rest_password"] == secrets.salted(GIVEN, "pepper")
    assert found["digests"]["rest_password"] != secrets.salted(GIVEN, "salt")
    assert GIVEN not in json.dumps(found)


def test_an_empty_file_counts_as_missing(declared: dict[str, Any], tmp_path: Path):
    (tmp_path / "rest_password").touch()
    assert "rest_password" in secrets.look(declared)["missing"]
    secrets.apply(declared)
    assert len((tmp_path / "rest_password").read_text().strip()) >= 32


def test_a_file_that_others_can_read_is_closed(declared: dict[str, Any], tmp_path: Path):
    secrets.apply(declared)
    (tmp_path / "superuser_password").chmod(0o644)
    assert secrets.look(declared)["attributes"] == ["superuser_password"]
    secrets.apply(declared)
    assert secrets.attributes(str(tmp_path / "superuser_password")) == ["root", "600"]


def test_a_secret_is_private_from_its_first_byte(
    declared: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A run that ends between writing and giving away leaves no file that others can read."""

    modes = []

    def power_cut(descriptor: int, *_: object) -> None:
        modes.append(os.fstat(descriptor).st_mode & 0o777)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fchown", power_cut)
    previous = os.umask(0)
    try:
        with pytest.raises(KeyboardInterrupt):
            secrets.apply(declared)
    finally:
        os.umask(previous)
    assert modes == [0o600]
    assert list(tmp_path.iterdir()) == []


def test_what_an_interrupted_run_left_does_not_block(declared: dict[str, Any], tmp_path: Path):
    (tmp_path / ".rest_password.new").write_text("half")
    secrets.apply(declared)
    assert secrets.look(declared)["missing"] == []
