"""A release that a process has loaded is in use, and stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailman_suite.host.inspect import in_use
from mailman_suite.releases.retention import old

UNIT = "0::/system.slice/mailman3.service\n"
MAPPED = "7f00-7f01 r--p 00000000 08:01 42    {}/lib/x.so\n"


def process(proc: Path, pid: int, cgroup: str, loaded: str) -> None:
    (proc / str(pid)).mkdir(parents=True)
    (proc / str(pid) / "cgroup").write_text(cgroup)
    (proc / str(pid) / "maps").write_text(MAPPED.format("/usr") + MAPPED.format(loaded))


def test_what_services_of_the_suite_have_loaded_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process(tmp_path, 1, UNIT, "/opt/mailman/releases/old/venv")
    process(tmp_path, 2, "0::/x.slice/mailmanweb.service\n", "/opt/mailman/releases/new/venv")
    process(tmp_path, 3, "0::/system.slice/ssh.service\n", "/opt/mailman/releases/other/venv")
    (tmp_path / "4").mkdir()  # it ended meanwhile
    places = [str(path) for path in tmp_path.iterdir()]
    monkeypatch.setattr(in_use.glob, "glob", lambda pattern: places)

    assert in_use.releases("/opt/mailman/releases") == ["new", "old"]


def test_it_is_not_removed(tmp_path: Path) -> None:
    look = {
        "kept": {"windows": [], "releases": ["new", "old", "older"], "in_use": ["new", "old"]},
        "suite": {"release": "new"},
        "window": {},
    }

    assert old(look, keep=3, declared="new").releases == ("older",)  # type: ignore[arg-type]
