"""Versions are compared, and cron jobs understood, as upstream means them."""

from __future__ import annotations

import pytest

from mailman_suite.gates import jobs as gates_jobs
from mailman_suite.gates import versions
from mailman_suite.releases.catalogue import RELEASES, Release
from tests.unit.surveyed import job

every_release = pytest.mark.parametrize("release", RELEASES.values(), ids=RELEASES)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("3.3.8-2~deb12u2", "3.3.8"),
        ("1:3.3.8-1", "3.3.8"),
        ("3.3.3+dfsg", "3.3.3"),
        ("3.3.10+suite.1", "3.3.10"),
        ("3.3.10rc1", "3.3.10rc1"),
        ("1.3.9.dev0+gabc", "1.3.9.dev0"),
        ("1.0.3.post2", "1.0.3.post2"),
        ("unknown", "None"),
        ("", "None"),
    ],
    ids=str,
)
def test_upstreams_version_is_found_in_what_is_installed(text: str, version: str):
    assert str(versions.public(text)) == version


@pytest.mark.parametrize(
    ("before", "after", "crosses"),
    [
        ("3.3.0", "3.3.10", True),
        ("3.3.0", "3.3.1", True),
        ("3.3.1", "3.3.10", False),
        ("3.2.0", "3.3.0", False),
        ("", "3.3.10", True),
    ],
    ids=str,
)
def test_a_gate_lies_below_its_version(before: str, after: str, crosses: bool):
    assert versions.is_crossed("3.3.1", "", before, after) is crosses


def test_versions_are_compared_as_numbers():
    assert versions.is_older("3.3.9", "3.3.10")
    assert not versions.is_older("3.3.10", "3.3.10+suite.1")
    assert versions.is_older("", "0.0.1")


@every_release
def test_upstreams_history_holds_what_our_releases_hold(release: Release):
    assert all(versions.is_published(*package) for package in release.packages)
    assert release.core in versions.CORE_REVISIONS.values()
    assert release.django in versions.OLDEST_POSTGRESQL


@pytest.mark.parametrize(
    ("command", "core"),
    [
        ("/opt/mailman/venv/bin/mailman digests --periodic", "digests"),
        ("mailman -C /etc/mailman3/mailman.cfg lists -q", "lists"),
        ("/opt/mailman/venv/bin/mailman --run-as-root notify", "notify"),
        ("if [ -x /usr/bin/mailman ]; then /usr/bin/mailman notify; fi", "notify"),
        ("sudo -u mailman /opt/mailman/venv/bin/mailman gatenews > /dev/null", "gatenews"),
        ("cp -r /var/lib/mailman backup", ""),
        ("rsync -a /opt/mailman lists.example.org:/srv", ""),
        ("service mailman3 restart", ""),
        ("systemctl restart mailman3", ""),
        ("/opt/mailman/venv/bin/mailman-web runjobs hourly", ""),
    ],
    ids=str,
)
def test_core_commands_are_told_from_other_words(command: str, core: str):
    assert gates_jobs.core_command(job(command)) == core


def test_a_job_for_one_list_is_not_doubled_by_ours():
    jobs = [job("mailman digests --periodic"), job("mailman digests -l a.lists.unit.test --send")]
    assert gates_jobs.doubled(jobs) == jobs[:1]
