"""Which packages and databases a package tool could still reach after a move."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.apply import packages_left

needs_dpkg = pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="dpkg-query is missing")


def asked(place: Path, *names: str) -> dict[str, Any]:
    return {"names": list(names), "databases": f"{place}/mailman3*.conf"}


@needs_dpkg
def test_installed_packages_without_a_hold_are_named(tmp_path: Path) -> None:
    found = packages_left.look(asked(tmp_path, "dpkg", "no-such-package"))
    assert found == {"unheld": ["dpkg"], "databases": []}


@needs_dpkg
def test_a_removal_is_told_to_leave_the_databases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    core, web = tmp_path / "mailman3.conf", tmp_path / "mailman3-web.conf"
    core.write_text("dbc_install='true'\ndbc_dbname='mailman.db'\n")
    core.chmod(0o600)
    web.write_text("# dbc_install='true'\ndbc_install='false'\n")
    assert packages_left.look(asked(tmp_path))["databases"] == [str(core)]

    packages_left.apply(asked(tmp_path))

    assert core.read_text() == "dbc_install='false'\ndbc_dbname='mailman.db'\n"
    assert core.stat().st_mode & 0o777 == 0o600
    assert str(core) in capsys.readouterr().out
    assert packages_left.look(asked(tmp_path)) == {"unheld": [], "databases": []}
