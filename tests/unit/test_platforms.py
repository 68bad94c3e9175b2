"""What differs between distributions, for every host on paper."""

from __future__ import annotations

import re

import pytest

from mailman_suite.releases.catalogue import DEFAULT, RELEASES, Release
from mailman_suite.releases.platforms import PLATFORMS, platform_of
from tests.plans.paper_hosts import PaperHost, paper_hosts

HOSTS = paper_hosts(supported=True)
every_host = pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)


@every_host
def test_the_package_tool_is_the_distributions_own(host: PaperHost):
    is_debian = "debian" in (host.os_release["id"], host.os_release.get("id_like"))
    assert platform_of(host.os_release).package_tool == ("apt" if is_debian else "dnf")


@every_host
def test_some_release_runs_on_the_platforms_python(host: PaperHost):
    platform = platform_of(host.os_release)
    named = platform.python.rpartition("python3.")[2]
    minor = int(named) if named.isdigit() else int(host.python3.split(".")[1])
    fitting = [one.name for one in RELEASES.values() if one.supports_python((3, minor))]
    assert DEFAULT in fitting or host.name == "debian-11"
    assert fitting


@every_host
def test_the_interpreter_is_installed(host: PaperHost):
    platform = platform_of(host.os_release)
    assert platform.python.rpartition("/")[2] in platform.runtime_packages


@pytest.mark.parametrize("release", RELEASES.values(), ids=lambda release: release.name)
def test_no_release_needs_a_compiler(release: Release):
    for python in release.pythons:
        lock = release.lock_for(python).read_text(encoding="utf-8")
        assert re.search(r"^pyuwsgi==", lock, re.MULTILINE)
        assert not re.search(r"^uwsgi==", lock, re.MULTILINE)


@every_host
def test_every_service_that_the_suite_needs_is_installed(host: PaperHost):
    platform = platform_of(host.os_release)
    assert {"logrotate", "sassc", "lynx"} <= set(platform.runtime_packages)
    assert not set(platform.runtime_packages) & set(platform.build_packages)


def test_what_the_lab_tests_is_debian():
    tested = [name for (name, _), platform in PLATFORMS.items() if platform.tested]
    assert set(tested) == {"debian"}


@pytest.mark.parametrize(
    ("os_release", "name"),
    [
        ({"id": "rocky", "id_like": "rhel centos fedora", "version_id": "9.6"}, "RHEL 9 and"),
        ({"id": "centos", "id_like": "rhel fedora", "version_id": "10"}, "RHEL 10 and"),
        ({"id": "debian", "version_id": "12"}, "Debian 12"),
    ],
    ids=str,
)
def test_a_rebuild_counts_as_what_it_was_built_from(os_release: dict[str, str], name: str):
    assert platform_of(os_release).name.startswith(name)
