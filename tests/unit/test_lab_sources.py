"""The lab's machines get packages from where this box's apt and pip do, however they are told."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from lab import LabError, images, sources
from lab.commands import run
from lab.sources import Mirrors

DEB822 = """
Types: deb deb-src
# A comment inside a stanza
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: https://mirror.example/debian-security/
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://unused.example/debian
Suites: bookworm
Components: main
"""
ONE_LINE = """
# deb http://unused.example/debian bookworm main
deb [arch=amd64] http://tools.example/linux/debian bookworm main
deb [arch=amd64] http://cache.example:3142/mirror/debian bookworm main contrib # by path
deb http://cache.example:3142/mirror/security bookworm-security main
deb http://cache.example:3142/mirror/debian bookworm-backports main
"""
# What apt keeps of an archive: the names of its files below lists/, and whose archive it is.
FETCHED = {
    "mirror.example_debian_dists_bookworm": ("Debian", "Debian"),
    "mirror.example_debian-security_dists_bookworm-security": ("Debian", "Debian-Security"),
    "unused.example_debian_dists_bookworm": ("Debian", "Debian"),
    "tools.example_linux_debian_dists_bookworm": ("Tools", "Tools for Debian"),
    "cache.example:3142_mirror_debian_dists_bookworm": ("Debian", "Debian"),
    "cache.example:3142_mirror_debian_dists_bookworm-backports": ("Debian", "Debian Backports"),
    "cache.example:3142_mirror_security_dists_bookworm-security": ("Debian", "Debian-Security"),
}


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of a box's /etc/apt, which the real apt-get reads; its indexes are fetched."""
    if not shutil.which("apt-get"):
        pytest.skip("there is no apt-get here")
    etc, lists = tmp_path / "etc/apt", tmp_path / "state/lists"
    for directory in (etc / "sources.list.d", etc / "apt.conf.d", lists / "partial"):
        directory.mkdir(parents=True)
    (tmp_path / "cache").mkdir()
    for name, (origin, label) in FETCHED.items():
        (lists / f"{name}_Release").write_text(f"Origin: {origin}\nLabel: {label}\n")
        (lists / f"{name}_main_binary-amd64_Packages").touch()
    (tmp_path / "conf").write_text(
        f'Dir "{tmp_path}";\nDir::State "state";\nDir::Cache "cache";\n'
        'Dir::State::status "/dev/null";\nAPT::Architecture "amd64";\nAPT::Architectures "amd64";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "conf"))
    return etc


def _mirrors() -> Mirrors:
    return sources.mirrors.__wrapped__()


def test_the_mirrors_of_sources_in_stanzas_are_found(apt: Path) -> None:
    (apt / "sources.list.d/debian.sources").write_text(DEB822)

    assert _mirrors() == Mirrors(
        "http://mirror.example/debian", "https://mirror.example/debian-security"
    )


def test_the_mirrors_of_sources_in_lines_are_found_past_archives_of_others(apt: Path) -> None:
    (apt / "sources.list").write_text(ONE_LINE)

    assert _mirrors() == Mirrors(
        "http://cache.example:3142/mirror/debian", "http://cache.example:3142/mirror/security"
    )


def test_a_box_without_debians_archive_is_refused_with_the_remedy(apt: Path) -> None:
    (apt / "sources.list").write_text("deb http://tools.example/linux/debian bookworm main\n")

    with pytest.raises(LabError, match=r"found no index of Debian's archive.*`apt-get update`"):
        _mirrors()


def test_a_machine_takes_its_own_suite_from_the_boxs_mirrors() -> None:
    used = sources.mirrors_in(
        "http://m.example/debian/ Debian\nhttp://later.example/debian/ Debian\n"
        "http://m.example/security/ Debian-Security\n"
    )

    assert sources.apt_sources("trixie", used) == (
        "deb http://m.example/debian trixie main\n"
        "deb http://m.example/debian trixie-updates main\n"
        "deb http://m.example/security trixie-security main\n"
    )


def test_a_machine_has_no_security_archive_where_its_box_has_none() -> None:
    used = sources.mirrors_in("http://m.example/debian/ Debian\n")

    assert "security" not in sources.apt_sources("trixie", used)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://localhost:3142/debian/", "http://localhost,"),
        ("http://127.0.0.1/debian/", "http://127.0.0.1,"),
        ("http://[::1]:3142/debian/", "http://::1,"),
        ("mirror+file:/etc/apt/mirrors/debian.list/", "mirror"),
        ("file:/media/debian/", "file"),
    ],
)
def test_a_mirror_that_machines_cannot_reach_is_refused(address: str, shown: str) -> None:
    with pytest.raises(LabError, match="other than loopback") as refused:
        sources.mirrors_in(f"{address} Debian\n")

    assert shown in str(refused.value)


def test_an_address_is_refused_without_the_password_in_it() -> None:
    with pytest.raises(LabError) as refused:
        sources.mirrors_in("http://anna:sesame@localhost/debian/ Debian\n")

    assert "sesame" not in str(refused.value)


def test_proxies_and_date_checks_of_apt_are_carried_and_nothing_else() -> None:
    dump = (
        'APT "";\nAcquire "";\nAcquire::http "";\n'
        'Acquire::http::Proxy "http://proxy.example:3128";\n'
        'Acquire::http::Proxy::mirror.example "DIRECT";\n'
        'Acquire::http::Proxy-Auto-Detect "/usr/bin/find-proxy";\n'
        'Acquire::Check-Valid-Until "false";\nAcquire::Languages "none";\n'
    )

    settings = sources.apt_settings_in(dump)

    assert settings == (
        'Acquire::Check-Valid-Until "false";\n'
        'Acquire::http::Proxy "http://proxy.example:3128";\n'
        'Acquire::http::Proxy::mirror.example "DIRECT";\n'
    )
    assert sources.proxy_environment(settings) == {
        "http_proxy": "http://proxy.example:3128",
        "https_proxy": "http://proxy.example:3128",
    }


def test_without_a_proxy_in_apt_debootstrap_is_told_of_none() -> None:
    assert sources.proxy_environment('Acquire::http::Proxy "DIRECT";\n') == {}


def test_a_proxy_that_machines_cannot_reach_is_refused() -> None:
    with pytest.raises(LabError, match=r"found Acquire::http::Proxy at http://127\.0\.0\.1"):
        sources.apt_settings_in('Acquire::http::Proxy "http://127.0.0.1:3128";\n')


@pytest.fixture
def pip_conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only file in which the real pip looks for settings; the environment has none."""
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    return tmp_path / "pip.conf"


def _pip_settings() -> dict[str, str]:
    return sources.pip_settings_in(run([sys.executable, "-m", "pip", "config", "list"]))


def test_indexes_of_pip_are_carried_but_for_those_that_only_this_box_reads(pip_conf: Path) -> None:
    pip_conf.write_text(
        "[global]\nindex-url = https://index.example/simple\n"
        "extra-index-url =\n    https://more.example/simple\n    file:///opt/wheels/simple\n"
        "trusted-host = index.example\nproxy = http://proxy.example:3128\n"
        "find-links = /opt/wheels\n"
    )

    assert _pip_settings() == {
        "index-url": "https://index.example/simple",
        "extra-index-url": "https://more.example/simple",
        "trusted-host": "index.example",
        "proxy": "http://proxy.example:3128",
    }


def test_the_environment_wins_over_pips_file_and_install_over_global(
    pip_conf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pip_conf.write_text(
        "[global]\nindex-url = https://global.example/\nproxy = http://global.example:1\n"
        "[install]\nindex-url = https://install.example/\nproxy = http://install.example:1\n"
    )
    monkeypatch.setenv("PIP_INDEX_URL", "https://environment.example/")

    settings = _pip_settings()

    assert settings["index-url"] == "https://environment.example/"
    assert settings["proxy"] == "http://install.example:1"


@pytest.mark.parametrize("address", ["http://localhost:3141/root/simple", "file:///opt/simple"])
def test_an_index_that_machines_cannot_reach_is_refused(address: str) -> None:
    with pytest.raises(LabError, match="found pip's index-url at"):
        sources.pip_settings_in(f"global.index-url='{address}'\n")


def test_another_mirror_or_index_is_another_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images.access, "public", lambda key: "")
    monkeypatch.setattr(images.Path, "read_text", lambda path, *_: "")
    mirrors, index = Mirrors("http://a.example/debian", ""), "https://a.example/simple"
    monkeypatch.setattr(sources, "apt_settings", lambda: "")
    monkeypatch.setattr(sources, "mirrors", lambda: mirrors)
    monkeypatch.setattr(sources, "pip_settings", lambda: {"index-url": index})
    digests = [images.digest("trixie"), images.digest("trixie")]
    mirrors = Mirrors("http://b.example/debian", "")
    digests.append(images.digest("trixie"))
    index = "https://b.example/simple"
    digests.append(images.digest("trixie"))

    assert len(set(digests)) == 3
    assert digests[0] == digests[1]
