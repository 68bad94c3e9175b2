"""What stands around a suite made by hand is found where systemd and the proxy look for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailman_suite.host.inspect import installation

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
