"""A suite of Debian's packages becomes ours when its operator asks for it, with all its data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from lab.machines import Machine
from mailman_suite.base import layout
from mailman_suite.host.state.invariants import differences
from tests.lab import debian_made, debian_seed, installed, invariant_look, seed
from tests.lab.installed import DECLARED, DOMAIN, LIST, changes
from tests.lab.suites import Suite, archive_path, eventually
from tests.lab.takeover import lines_of
from tests.lab.test_adoption import NAMED_ANEW, PROBED
from tests.lab.window_strikes import strike

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("debian-made")]
_SECONDS = 900
_DATA = {**DECLARED, "mailman_lists": []}
_MOVED = {**_DATA, "mailman_moves_packages": True}
_PACKAGES = "mailman3-full mailman3 mailman3-web python3-mailman-hyperkitty"
_OF_ROOT = "made-by-root"  # its owner and the window's snapshot both have a name for it
# What the message leaves behind by which a run sees that mail flows after a window.
# What people have in their bookmarks, with a `/mailman3` before it or not.
_PAGES = (
    "/postorius/lists/",
    f"/postorius/lists/announce.{DOMAIN}/",
    "/hyperkitty/",
    f"/hyperkitty/list/announce@{DOMAIN}/",
    "/accounts/login/",
    "/admin/login/",
)


@pytest.fixture
def theirs() -> Iterator[Machine]:
    with debian_made.clone(debian_made.seeded()) as machine:
        _wait_until_serving(machine)
        machine.run(f"touch {debian_seed.VAR}/queue/held-back/*")
        machine.run(f"echo kept > {debian_seed.VAR}/archives/{_OF_ROOT}")
        yield machine


def test_packages_are_left_alone_unless_their_move_is_asked_for(theirs: Machine) -> None:
    before = _state(theirs)

    refused = installed.converge(theirs, _DATA)

    assert refused.returncode != 0
    assert "mailman_moves_packages = True" in refused.stdout
    assert _state(theirs) == before


def test_a_suite_of_packages_is_moved_with_all_that_it_holds(theirs: Machine) -> None:
    before, secrets = debian_seed.look(theirs), _secrets(theirs)
    assert seed_is_whole(before)
    attachment = _attachment(debian_made.suite(theirs))
    data = _declared(theirs)

    done = installed.converge(theirs, data, timeout=_SECONDS)

    assert done.returncode == 0, done.stdout
    assert _lost(before, theirs) == []
    owner = theirs.run(f"stat -c %U {layout.VAR}/archives/{_OF_ROOT}").stdout.strip()
    assert owner == layout.USER
    ours = Suite(theirs, installed.DEFAULT)
    ours.wait_until_serving()
    assert {name: ours.secrets()[name] for name in secrets} == secrets
    last = installed.converge(theirs, data)
    assert (last.returncode, changes(last.stdout)) == (0, []), last.stdout
    message = archive_path(ours.delivers()).replace("/archives/", "/hyperkitty/")
    for page in (*_PAGES, attachment, message):
        for path in (page, f"/mailman3{page}"):
            assert ours.visitor.get(path).status == 200, path
    assert ours.visitor.get("/mailman3/static/hyperkitty/img/favicon.ico").status == 200
    search = f"/archives/search?mlist=announce@{DOMAIN}&q=Faden"
    eventually(lambda: "/message/" in ours.visitor.get(search).text, "old mail is found", 180)
    _rollback_is_refused(ours, data)
    _a_purge_takes_nothing(ours, data)


def test_a_suite_of_packages_is_as_it_was_when_its_window_fails(theirs: Machine) -> None:
    data, before = _declared(theirs), _state(theirs)
    counted = debian_seed.look(theirs)
    broken = {**data["mailman_web_settings"], "ROOT_URLCONF": "nowhere.urls"}

    failed = installed.converge(theirs, {**data, "mailman_web_settings": broken}, timeout=_SECONDS)

    assert failed.returncode != 0, failed.stdout
    assert "rolled back" in failed.stdout
    _wait_until_serving(theirs)
    assert set(_state(theirs)) ^ set(before) == set()
    assert differences(counted, debian_seed.look(theirs)) == []
    suite = debian_made.suite(theirs)
    message_id = suite.post(suite.add_reader())
    eventually(lambda: suite.has_mail(message_id), f"{message_id} reaches the mailbox")
    page = archive_path(message_id).replace("/archives/", "/hyperkitty/")
    eventually(lambda: suite.visitor.get(page).status == 200, f"{page} is in the archive")


@pytest.mark.parametrize(
    "step", ["The packages' data is renamed to its new place", "Both schemas are migrated"]
)
def test_a_power_cut_in_the_window_gives_the_packages_suite_back(
    theirs: Machine, step: str
) -> None:
    data, before = _declared(theirs), _state(theirs)
    counted = debian_seed.look(theirs)

    outcome = strike(debian_made.suite(theirs), data, step, "power-cut")

    assert outcome["outcome"] == "rolled back"
    _wait_until_serving(theirs)
    assert set(_state(theirs)) ^ set(before) == set()
    assert differences(counted, debian_seed.look(theirs)) == []


def _rollback_is_refused(suite: Suite, data: dict[str, Any]) -> None:
    (window,) = suite.run("ls /var/lib/mailman3-suite/windows").split()
    named = {**data, "mailman_rollback": window}
    refused = installed.converge(suite.machine, named, deploy="deploys/rollback.py")
    assert refused.returncode != 0
    assert "away from the distribution's packages" in refused.stdout


def _a_purge_takes_nothing(suite: Suite, data: dict[str, Any]) -> None:
    """By accident it is refused; on purpose, one run makes everything right again."""
    held = suite.machine.run(f"apt-get -y purge {_PACKAGES}", check=False)
    assert held.returncode != 0, held.stdout
    before, secrets = invariant_look.look(suite.machine), suite.secrets()
    suite.run("DEBIAN_FRONTEND=noninteractive apt-get -qq -y --allow-change-held-packages purge "
              + _PACKAGES)  # fmt: skip
    assert "mailman.cfg" not in suite.run("ls /etc/mailman3"), "the packages' scripts remove it"

    done = installed.converge(suite.machine, data, timeout=_SECONDS)

    assert done.returncode == 0, done.stdout
    assert suite.secrets() == secrets
    assert differences(before, invariant_look.look(suite.machine)) == []
    suite.delivers()
    last = installed.converge(suite.machine, data)
    assert (last.returncode, changes(last.stdout)) == (0, []), last.stdout


def _declared(machine: Machine) -> dict[str, Any]:
    """Group data after pasting what the first run asks for."""
    plan = installed.converge(machine, _MOVED, ("--dry",))
    data = {**_MOVED, **lines_of(plan.stdout)}
    assert data != _MOVED, plan.stdout
    return data


def _lost(before: dict[str, Any], machine: Machine) -> list[str]:
    found = differences(before, invariant_look.look(machine))
    return [one for one in found if not one.startswith((*NAMED_ANEW, *PROBED))]


def seed_is_whole(found: dict[str, Any]) -> bool:
    """Whether the host has at least the data that every other way is tested with."""
    wanted = {**seed.LEAST, "bounce events": 0}
    return all(found.get(name, {"count": 0})["count"] >= least for name, least in wanted.items())


def _attachment(suite: Suite) -> str:
    """The address of an attachment, as the archive's page shows it."""
    page = archive_path("<thread1.0@seed.example>").replace("/archives/", "/hyperkitty/")
    text = suite.visitor.get(page.replace(LIST, f"announce@{DOMAIN}")).text
    (found,) = set(re.findall(r'href="([^"]+/attachment/[^"]+)"', text))
    return found


def _secrets(machine: Machine) -> dict[str, str]:
    """Those of Core, the archiver and Django, from Debian's files."""
    config = machine.run("cat /etc/mailman3/mailman.cfg /etc/mailman3/mailman-hyperkitty.cfg")
    web = machine.run("cat /etc/mailman3/mailman-web.py").stdout
    return {
        "rest_password": re.findall(r"(?m)^admin_pass: (.+)$", config.stdout)[0],
        "archiver_key": re.findall(r"(?m)^api_key: (.+)$", config.stdout)[0],
        "django_secret_key": re.findall(r"(?m)^SECRET_KEY = '(.+)'$", web)[0],
    }


def _wait_until_serving(machine: Machine) -> None:
    suite = debian_made.suite(machine)
    eventually(lambda: suite.rest("GET", "lists")[0] == 200, "Core's REST answers", 180)
    eventually(lambda: suite.visitor.get("/postorius/lists/").status == 200, "the pages open")


def _state(machine: Machine) -> list[str]:
    """Files, links, owners and modes of Debian's suite, and what its units are."""
    files = machine.run(
        "cd / && find etc/mailman3 etc/nginx etc/postfix/main.cf etc/cron.d etc/logrotate.d"
        " etc/systemd/system etc/rc?.d etc/dbconfig-common ! -path 'etc/mailman3/secrets*'"
        " ! -name 'mailman-window*' ! -name '*.requires' ! -type d"
        " -exec sh -c 'stat -c \"%N %U %G %a\" $1; sha256sum < $1' - {} \\; | sort"
    )
    owners = machine.run(
        "find /var/lib/mailman3 /etc/mailman3 -path /etc/mailman3/secrets -prune -o"
        " ! -path '*/locks/*' ! -path '*/fulltext_index/*' ! -name '*.db-journal'"
        " -printf '%p %u %g %m %y\\n' | sort"
    )
    units = machine.run(
        "systemctl is-enabled mailman3 mailman3-web; systemctl is-active mailman3 mailman3-web;"
        " apt-mark showhold; postconf -n defer_transports; readlink /opt/mailman/venv",
        check=False,
    )
    return [*files.stdout.splitlines(), *owners.stdout.splitlines(), *units.stdout.splitlines()]
