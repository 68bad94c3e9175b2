"""Secrets that several hosts share: made once, private from the start, never told."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.preflight import shared_secrets
from mailman_suite.settings.secret_references import SHARED
from mailman_suite.settings.secret_sources import ALLOWED, all_fetched
from tests.bad_settings import GOOD
from tests.plans.suite_on_paper import SPLIT
from tests.unit.rules import ROOT


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "secrets"


def values(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text().strip() for path in sorted(directory.iterdir())}


def test_each_secret_is_a_private_file_with_a_value_of_its_own(directory: Path):
    before = os.umask(0)
    try:
        assert shared_secrets.main([str(directory)]) == 0
    finally:
        os.umask(before)
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}
    found = values(directory)
    assert sorted(found) == sorted(SHARED)
    assert len(set(found.values())) == len(SHARED)
    assert all(ALLOWED.fullmatch(value) for value in found.values())


def test_what_is_written_is_private_from_its_first_byte(
    directory: Path, monkeypatch: pytest.MonkeyPatch
):
    modes = []

    def fsync(descriptor: int) -> None:
        modes.append(os.fstat(descriptor).st_mode & 0o777)

    monkeypatch.setattr(shared_secrets.os, "fsync", fsync)
    shared_secrets.make(directory)
    assert modes == [0o600] * len(SHARED)


def test_a_second_time_every_secret_stays(directory: Path):
    shared_secrets.make(directory)
    before = values(directory)
    assert shared_secrets.make(directory) == []
    assert values(directory) == before


def test_only_what_is_missing_is_made(directory: Path):
    shared_secrets.make(directory)
    before = values(directory)
    (directory / "archiver_key").unlink()
    assert shared_secrets.make(directory) == ["archiver_key"]
    changed = {name for name, value in values(directory).items() if value != before[name]}
    assert changed == {"archiver_key"}


def test_a_secret_that_came_in_the_meantime_stays(directory: Path):
    directory.mkdir(mode=0o700)
    path = directory / "archiver_key"
    path.write_text("of another run\n")
    shared_secrets._write(path, "ours")
    assert values(directory) == {"archiver_key": "of another run"}


def test_what_an_interrupted_run_left_is_no_secret(directory: Path):
    directory.mkdir(mode=0o700)
    (directory / "archiver_key.new").write_text("half")
    shared_secrets.make(directory)
    assert sorted(values(directory)) == sorted(SHARED)


def test_no_value_is_printed(directory: Path, capsys: pytest.CaptureFixture[str]):
    for _ in range(2):
        shared_secrets.main([str(directory)])
    printed = "".join(capsys.readouterr())
    assert not [value for value in values(directory).values() if value in printed]


def test_the_lines_are_what_the_settings_take(
    directory: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(directory.parent)
    shared_secrets.main([directory.name])
    data: dict[str, str] = {}
    exec(capsys.readouterr().out, {}, data)
    settings = declared_settings({**GOOD, **SPLIT, **data, "mailman_address": "10.0.0.11"})
    references = {name: getattr(settings, name) for name in SHARED}
    resolved = {name: value.unmask() for name, value in all_fetched(references).items()}
    assert resolved == values(directory)
    assert str(settings.rest_password) == f"file:{directory / 'rest_password'}"


@pytest.mark.parametrize("name", ["", "rest_password"], ids=["directory", "file"])
def test_what_others_could_read_is_refused(
    name: str, directory: Path, capsys: pytest.CaptureFixture[str]
):
    shared_secrets.make(directory)
    (directory / name).chmod(0o755)
    assert shared_secrets.main([str(directory)]) == 1
    assert re.search(
        r"has the mode 755; expected .* only its owner can read", capsys.readouterr().err
    )


def test_a_file_in_the_directorys_place_is_told(
    directory: Path, capsys: pytest.CaptureFixture[str]
):
    directory.write_text("")
    assert shared_secrets.main([str(directory)]) == 1
    assert str(directory) in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["a", "b"]], ids=str)
def test_anything_else_is_answered_with_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    assert shared_secrets.main(arguments) == 2
    assert "usage" in capsys.readouterr().err


def test_the_usual_directory_is_not_committed():
    assert shared_secrets.DIRECTORY == ROOT / "secrets"
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
