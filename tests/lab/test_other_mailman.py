"""A Mailman in another place is refused by name, running or stopped, and left as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.machines import Machine
from tests.lab import guide_made, installed
from tests.lab.handmade_suite import HandmadeSuite
from tests.lab.suites import eventually

pytestmark = pytest.mark.xdist_group("other-mailman")  # its tests share one machine

# The whole suite of the guide, but in /srv/mailman and with names of its own.
_ELSEWHERE = r"""set -e
cd /etc/systemd/system
systemctl --quiet disable --now mailman3 mailmanweb
mv /opt/mailman /srv/mailman
mv mailman3.service lists.service
mv mailmanweb.service pages.service
{ grep -rlI /opt/mailman /etc/systemd/system /etc/mailman3 /etc/nginx /etc/postfix /etc/cron.d \
    /var/spool/cron /srv/mailman/venv/bin || true; } | sort -u |
    xargs sed -i 's,/opt/mailman,/srv/mailman,g; s,mailman3\.service,lists.service,g'
sed -i 's,/opt/mailman,/srv/mailman,' /etc/passwd
systemctl daemon-reload
systemctl --quiet enable --now lists pages
systemctl reload nginx
systemctl restart postfix
"""
# Whatever an installation would change: contents, owners and modes, packages, what runs.
_EVERYTHING = r"""cd /
find etc srv/mailman/venv/bin opt usr/local -printf '%p %m %u %g %T@\n' | sort
dpkg-query -W
systemctl list-units --all --plain --no-legend '*mailman*' lists.service pages.service
"""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Machine]:
    """A host with the guide's suite in /srv/mailman, serving."""
    with guide_made.clone(guide_made.MAIN) as machine:
        machine.run(_ELSEWHERE)
        suite = guide_made.suite(machine, guide_made.MAIN)
        eventually(lambda: suite.rest("GET", "lists")[0] == 200, "Core in /srv/mailman answers")
        yield machine


def refusal(machine: Machine) -> str:
    """What a run says that was refused and changed nothing."""
    before = machine.run(_EVERYTHING).stdout
    suite: HandmadeSuite = guide_made.suite(machine, guide_made.MAIN)

    refused = installed.converge(machine, suite.combination.data)

    assert refused.returncode != 0, refused.stdout
    assert "was not touched" in refused.stdout
    assert machine.run(_EVERYTHING).stdout == before
    return " ".join(refused.stdout.split())


def test_a_suite_that_runs_elsewhere_is_refused_by_name(elsewhere: Machine) -> None:
    said = refusal(elsewhere)

    for trace in ("/srv/mailman/venv/bin/master)", "unit lists.service (", "unit pages.service ("):
        assert trace in said
    assert guide_made.suite(elsewhere, guide_made.MAIN).rest("GET", "lists")[0] == 200


def test_a_suite_that_was_stopped_is_refused_all_the_same(elsewhere: Machine) -> None:
    elsewhere.run("systemctl --quiet disable --now lists pages")
    said = refusal(elsewhere)
    assert "process" not in said.partition("another Mailman")[2].partition("expected")[0]
    assert "unit lists.service (/srv/mailman/venv/bin/mailman)" in said


def test_what_such_a_suite_left_in_postfix_and_nginx_is_refused_without_its_units(
    elsewhere: Machine,
) -> None:
    elsewhere.run("rm /etc/systemd/system/lists.service /etc/systemd/system/pages.service")
    said = refusal(elsewhere)
    for trace in ("/etc/postfix/main.cf (", "proxy site /etc/nginx/sites-enabled/mailman ("):
        assert trace in said
    assert "cron job /" in said
