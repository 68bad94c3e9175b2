"""What stands around a suite made by hand is found where systemd and the proxy look for it."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from mailman_suite.host.inspect import installation

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another account")
VENV = "/opt/mailman/venv"
FILES = {
    "qcluster.service": f"[Service]\nExecStart={VENV}/bin/mailman-web qcluster\n",
    "qcluster.service.d/limits.conf": "[Service]\nLimitNOFILE=4096\n",
    "qcluster.service.d/old.conf.disabled": "[Service]\nNice=5\n",
    "mailman3-web.service.d/limits.conf": "[Service]\nLimitNOFILE=4096\n",
    "nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
    "nginx.service.d/limits.conf": "[Service]\nLimitNOFILE=4096\n",
}


def test_drop_ins_are_those_of_the_suites_own_units_and_of_mailmans_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(installation, "_UNITS", str(tmp_path))

    found = installation.units(VENV)

    assert found == ["qcluster.service"]
    assert installation.drop_ins(found) == [
        f"{tmp_path}/mailman3-web.service.d/limits.conf",
        f"{tmp_path}/qcluster.service.d/limits.conf",
    ]


@needs_root
def test_directories_that_a_window_would_not_work_in_are_told(tmp_path: Path):
    disk, home = tmp_path / "disk", tmp_path / "home"
    (disk / "messages").mkdir(parents=True)
    for name in ("var/queue", "others"):
        (home / name).mkdir(parents=True)
    os.chown(home / "var", 7654, 7654)
    (home / "var/messages").symlink_to(disk / "messages")
    (home / "mm").symlink_to(disk)
    (home / "file").write_text("")
    names = ("var", "var/queue", "var/messages", "var/archives", "mm", "mm/x", "file", "others")

    found = installation.unsuited({str(home / name): ["root", "nobody"] for name in names})

    assert found == {
        f"{home}/var/messages": f"leads to {disk}/messages",
        f"{home}/mm": f"leads to {disk}",
        f"{home}/file": "is no directory",
    }


@needs_root
def test_a_directory_of_another_account_is_told(tmp_path: Path):
    var = tmp_path / "var"
    (var / "logs").mkdir(parents=True)
    os.chown(var, pwd.getpwnam("nobody").pw_uid, -1)
    os.chown(var / "logs", pwd.getpwnam("www-data").pw_uid, -1)

    found = installation.unsuited({str(var / "logs"): ["nobody", "no-such-account"]})

    assert found == {f"{var}/logs": "belongs to www-data"}
