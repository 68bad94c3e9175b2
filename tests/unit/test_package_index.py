"""uv gets packages from where the host's pip does, and only those that the lock names."""

from __future__ import annotations

import base64
import functools
import hashlib
import http.server
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailman_suite.host.build.installer import UV_SETTINGS
from mailman_suite.host.build.package_index import pip_settings, uv_environment

PASSWORD = "pass%2Fword"  # a slash, as it stands in an address


class Index(http.server.SimpleHTTPRequestHandler):
    """A package index that knows its users; `asked` has a line for each request that it took."""

    asked: list[str]

    def do_GET(self) -> None:
        """Files and their listings, for one user."""
        wanted = base64.b64encode(b"user:pass/word").decode()
        if self.headers.get("Authorization") != f"Basic {wanted}":
            self.send_error(401)
            return
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Nothing."""


def index_of(folder: Path, name: str) -> Path:
    """A directory that is an index of one package, version 1.0; the wheel."""
    place = folder / "simple" / name
    place.mkdir(parents=True)
    wheel = place / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        info = f"{name}-1.0.dist-info"
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def line(wheel: Path, body: bytes | None = None) -> str:
    """The line of a lock for a wheel, or for another content of the same name."""
    digest = hashlib.sha256(wheel.read_bytes() if body is None else body).hexdigest()
    return f"{wheel.parent.name}==1.0 --hash=sha256:{digest}\n"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the host's index, which serves `served`; nothing else of pip is set."""
    for variable in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(variable)
    for variable in ("HTTP_PROXY", "http_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setattr(Index, "asked", [], raising=False)
    handler = functools.partial(Index, directory=str(tmp_path / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://user:{PASSWORD}@127.0.0.1:{server.server_port}/simple"
        server.shutdown()


def said_by_pip(conf: Path, text: str) -> dict[str, str]:
    """What the real pip makes of a configuration; where it is silent, the box's own counts."""
    conf.write_text(f"[global]\n{text}")
    words = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    return pip_settings(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def installed(
    folder: Path, settings: dict[str, str], lock: str
) -> subprocess.CompletedProcess[str]:
    """What uv does with a lock, told of the host's index; it installs into `target`."""
    (folder / "a.lock").write_text(lock)
    words = ["install", "--quiet", "--no-deps", "--require-hashes", "--target"]
    return subprocess.run(
        [sys.executable, "-m", "uv", "pip", *words, folder / "target", "-r", folder / "a.lock"],
        env={"PATH": os.environ["PATH"], **UV_SETTINGS, **uv_environment(settings, {})},
        capture_output=True,
        text=True,
    )


def test_uv_asks_the_index_that_the_hosts_pip_names_with_its_password(tmp_path: Path, index: str):
    wheel = index_of(tmp_path / "served", "tiny")
    settings = said_by_pip(tmp_path / "pip.conf", f"index-url = {index}\n")
    done = installed(tmp_path, settings, line(wheel))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "target" / "tiny.py").exists()
    assert any(path.endswith(".whl") for path in Index.asked)


def test_further_indexes_and_directories_count_as_for_pip(tmp_path: Path, index: str):
    further = index_of(tmp_path / "served", "further")
    local = index_of(tmp_path / "links", "local")
    nothing = f"index-url = {index.replace('/simple', '/empty')}\n"
    links = f"find-links =\n  {tmp_path}/missing\n  {local.parent}\n"
    text = f"{nothing}extra-index-url = {index}\n{links}"
    done = installed(
        tmp_path, said_by_pip(tmp_path / "pip.conf", text), line(further) + line(local)
    )
    assert done.returncode == 0, done.stderr
    assert {one.name for one in (tmp_path / "target").glob("*.py")} == {"further.py", "local.py"}


def test_a_package_that_the_lock_does_not_know_is_refused_and_named(tmp_path: Path, index: str):
    wheel = index_of(tmp_path / "served", "tiny")
    settings = said_by_pip(tmp_path / "pip.conf", f"index-url = {index}\n")
    done = installed(tmp_path, settings, line(wheel, b"another content"))
    assert done.returncode != 0
    assert "Hash mismatch" in done.stderr
    assert "tiny" in done.stderr
    assert "word" not in done.stderr
    assert not (tmp_path / "target" / "tiny.py").exists()


def test_everything_else_that_pip_is_told_of_the_way_to_an_index():
    listed = """\
global.proxy='proxy:3128'
global.cert='/ca.pem'
global.client-cert='/me.pem'
global.timeout='7.5'
global.retries='9'
global.trusted-host='a\\nb'
global.no-index='true'
install.cert='/b.pem'
"""
    assert uv_environment(pip_settings(listed), {"REQUESTS_CA_BUNDLE": "/other.pem"}) == {
        "HTTP_PROXY": "http://proxy:3128",
        "HTTPS_PROXY": "http://proxy:3128",
        "SSL_CERT_FILE": "/b.pem",
        "SSL_CLIENT_CERT": "/me.pem",
        "UV_HTTP_TIMEOUT": "8",
        "UV_HTTP_RETRIES": "9",
        "UV_INSECURE_HOST": "a b",
        "UV_NO_INDEX": "1",
    }
    assert uv_environment({"no-index": "false"}, {"REQUESTS_CA_BUNDLE": "/other.pem"}) == {
        "SSL_CERT_FILE": "/other.pem"
    }


def test_a_variable_has_precedence_over_files(
    tmp_path: Path, index: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PIP_INDEX_URL", "https://of.the.environment/simple")
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "70")
    found = uv_environment(said_by_pip(tmp_path / "pip.conf", f"index-url = {index}\n"), {})
    assert found["UV_DEFAULT_INDEX"] == "https://of.the.environment/simple"
    assert found["UV_HTTP_TIMEOUT"] == "70"
