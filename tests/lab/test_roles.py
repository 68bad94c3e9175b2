"""One suite on five machines: installed, used, upgraded under mail, and struck."""

from __future__ import annotations

import shlex
import signal
import smtplib
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base import layout
from mailman_suite.suite import release_archives
from tests.lab import fleets, mail_flow, older, split
from tests.lab.conftest import MakeMachine
from tests.lab.installed import DOMAIN, LIST_ID, WEB_HOST, changes
from tests.lab.split import SplitSuite
from tests.lab.suites import WEB, Suite, archive_path, eventually
from tests.lab.visitor import Visitor
from tests.lab.window_checks import runs, web_sql
from tests.lab.window_strikes import WINDOW, settled, when_begun

pytestmark = pytest.mark.full
KEPT = release_archives.CACHE
# What each machine shows to others than itself; SSH is the lab's own way in.
OPEN = {
    "database": {5432},
    "core": {25, 80, 8001},
    "web": {80, 8000},
    "mta": {25},
}
_FAILED = "find /opt/mailman/mm/var/queue/bad /opt/mailman/mm/var/queue/shunt -type f"
_LISTENS = "ss -Hltn | awk '{print $4}' | grep -v '^127\\.\\|^\\[::1\\]' | sed 's/.*://' | sort -u"
# Says the word of a window of forty runs, three a second, as the window's own program does.
_SAYS = """
import json, sys, time
from mailman_suite.host.window import peers
databases = json.load(open("/var/lib/mailman3-suite/window/order.json"))["databases"]
state, unless, begins, first = sys.argv[1:]
asked = {"database": databases["web"], "secrets": databases["secrets"], "state": state}
for number in range(40):
    late = 0 if number % 2 == int(first) else 0.002
    time.sleep(max(0, float(begins) + number / 3 + late - time.time()))
    word = {**asked, "run": f"race {number}", "unless": [unless]}
    print(peers.VERBS["say"](word)["state"])
"""
_ASKS = "curl -s -o /dev/null -m 5 -w %{{http_code}} http://{}:{}/3.1/lists || true"


@pytest.fixture(scope="module")
def suite(new_module_machine: MakeMachine, place: Path) -> SplitSuite:
    """The older release on five machines that were bare."""
    suite = split.made(new_module_machine)
    done = _converge(place, suite, split.OLD)
    assert done.returncode == 0, done.stdout
    return suite


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the inventory and its secrets are."""
    return tmp_path_factory.mktemp("split")


def _converge(
    place: Path, suite: SplitSuite, data: Mapping[str, Any]
) -> subprocess.CompletedProcess[str]:
    """A run over all five; the last window's evidence was read, if there is any."""
    return fleets.converge(split.inventory(place, suite), {**data, **_read(suite)}, KEPT)


def _read(suite: SplitSuite) -> dict[str, str]:
    name = suite.machine.run(f"basename $(readlink {WINDOW})", check=False).stdout.strip()
    return {"mailman_acknowledged_window": name} if name else {}


def _hosts(suite: SplitSuite) -> dict[str, Suite]:
    """Those that run a release."""
    return {"core": suite, **dict(zip(split.named("web"), suite.webs, strict=True))}


def test_a_second_run_changes_nothing(suite: SplitSuite, place: Path) -> None:
    done = _converge(place, suite, split.OLD)
    assert (done.returncode, changes(done.stdout)) == (0, []), done.stdout
    assert "BROKEN" not in done.stdout


def test_mail_comes_in_by_the_edge_and_leaves_by_it(suite: SplitSuite) -> None:
    suite.delivers()
    edge = suite.machines["mta"]
    edge.run("id far 2>/dev/null || useradd --create-home far")
    address = f"far@{edge.run('postconf -h myhostname').stdout.strip()}"
    told = {"pre_verified": True, "pre_confirmed": True, "pre_approved": True}
    member = {"list_id": LIST_ID, "subscriber": address, **told}
    assert suite.rest("POST", "members", member)[0] == 201
    message = suite.post(suite.add_reader())
    arrived = f"grep -qF -e '{message}' /var/mail/far"
    eventually(lambda: edge.run(arrived, check=False).returncode == 0, "it left by the edge")


def test_the_edge_refuses_what_no_list_is(suite: SplitSuite) -> None:
    with (
        smtplib.SMTP(suite.door.address, timeout=60) as server,
        pytest.raises(smtplib.SMTPRecipientsRefused) as refused,
    ):
        server.sendmail("stranger@far.test", f"nobody@{DOMAIN}", "Subject: x\n\nx\n")
    assert refused.value.recipients[f"nobody@{DOMAIN}"][0] == 550


def test_every_host_of_the_web_shows_what_any_of_them_does(suite: SplitSuite) -> None:
    page = archive_path(suite.delivers())
    first, second = (Visitor(web.machine.address, WEB_HOST) for web in suite.webs)
    assert [one.get(page).status for one in (first, second)] == [200, 200]
    password = suite.secrets()["superuser_password"]
    first.submit("/accounts/login/", {"login": "admin", "password": password})
    led_on = first.at(suite.webs[1].machine.address)
    assert led_on.get("/mailman3/lists/new/").path == "/mailman3/lists/new/"
    assert second.get("/mailman3/lists/new/").path == "/accounts/login/"


@pytest.mark.parametrize("away", split.named("web"))
def test_mail_is_archived_while_a_host_of_the_web_is_away(away: str, suite: SplitSuite) -> None:
    (there,) = {*split.named("web")} - {away}
    visitor = Visitor(suite.machines[there].address, WEB_HOST)
    suite.machines[away].run(f"systemctl stop {WEB}")
    try:
        for page in [archive_path(suite.post(suite.add_reader())) for _ in range(4)]:
            eventually(
                lambda page=page: visitor.get(page).status == 200, f"{page} comes by {there}"
            )
    finally:
        suite.machines[away].run(f"systemctl start {WEB}")
    suite.wait_until_serving()


@pytest.mark.parametrize("name", split.ROLES)
def test_nothing_listens_wider_than_it_must(name: str, suite: SplitSuite) -> None:
    machine = suite.machines[name]
    found = {int(port) for port in machine.run(_LISTENS).stdout.split()} - {22}
    assert found <= OPEN[split.ROLES[name]], found


def test_only_the_suites_hosts_get_past_its_inner_doors(suite: SplitSuite) -> None:
    """Asked from the edge, which is neighbour to all of them and has no business there."""
    edge, core, web = (suite.machines[name] for name in ("mta", "core", "web2"))
    for machine in (edge, core):
        machine.run("DEBIAN_FRONTEND=noninteractive apt-get -q -y install curl")
    assert edge.run(_ASKS.format(core.address, 8001)).stdout == "403"
    assert edge.run(_ASKS.format(web.address, 8000)).stdout == "403"
    assert core.run(_ASKS.format(core.address, 8001)).stdout == "403", "not even Core's own host"
    for one in suite.webs:
        assert one.rest("GET", "lists")[0] == 200, "the web, with the password"


def test_a_failed_window_gives_every_host_its_old_release_back(
    suite: SplitSuite, place: Path
) -> None:
    web_sql(suite, "CREATE TABLE success_index (one integer)")
    try:
        failed = _converge(place, suite, split.NEXT)  # and builds it, before mail flows
    finally:
        web_sql(suite, "DROP TABLE success_index")
    assert failed.returncode == 1, failed.stdout
    assert fleets.ends(failed.stdout)["core"].startswith(f"rolled back to {older.OLD}: ")
    ended = {name: settled(one) for name, one in _hosts(suite).items()}
    assert {one["outcome"] for one in ended.values()} == {"rolled back"}
    for name in split.named("web"):
        assert "Core's host rolled back" in ended[name]["reason"]
    assert {runs(one) for one in _hosts(suite).values()} == {older.OLD}
    suite.delivers()


def test_core_never_begins_beside_a_web_that_goes_back(suite: SplitSuite) -> None:
    """Both speak in the same instant, of forty runs: whoever was first is heard by both."""
    begins = str(time.time() + 3)
    words = {
        suite.machine: ["open", "given up", begins, "0"],
        suite.webs[1].machine: ["given up", "open", begins, "1"],
    }
    with ThreadPoolExecutor(len(words)) as pool:
        heard = [*pool.map(lambda one: one[0].run(_word_of_runs(*one[1])).stdout, words.items())]
    of_core, of_web = (text.split("\n") for text in heard)
    assert of_core == of_web
    assert len({*of_core}) > 1, "one of them was always the first"


def _word_of_runs(*arguments: str) -> str:
    python = f"PYTHONPATH={WINDOW}/program {layout.BIN}/python -s -B -c"
    return f"{python} {shlex.join([_SAYS, *arguments])}"


def test_a_web_without_its_core_is_refused(suite: SplitSuite, place: Path) -> None:
    inventory = split.inventory(place, suite)
    refused = fleets.converge(inventory, split.NEW, KEPT, ("-y", "--limit", "web"))
    assert refused.returncode == 1
    assert f"a change of release without {suite.machine.address}" in refused.stdout


def test_a_suite_without_all_of_its_web_is_refused(suite: SplitSuite, place: Path) -> None:
    inventory, data = split.inventory(place, suite), {**split.NEW, **_read(suite)}
    refused = fleets.converge(inventory, data, KEPT, ("-y", "--exclude", "web2"))
    assert refused.returncode == 1
    away = suite.machines["web2"].address
    assert f"a change of release without {away} of the same suite" in refused.stdout


def test_a_controller_that_is_lost_leaves_no_host_half_way(suite: SplitSuite, place: Path) -> None:
    """Killed as soon as a web is closed: Core's window never begins, so the web goes back."""
    run = fleets.started(split.inventory(place, suite), {**split.NEW, **_read(suite)}, KEPT)
    closed = "grep -q 'The web is stopped' /var/lib/mailman3-suite/window/journal.jsonl"
    web = suite.webs[0].machine
    eventually(lambda: web.run(closed, check=False).returncode == 0, "it closes", 300)
    run.send_signal(signal.SIGKILL)
    run.wait()
    ended = {name: settled(one) for name, one in _hosts(suite).items()}
    assert {runs(one) for one in _hosts(suite).values()} <= {older.OLD, older.NEW}
    assert len({one["outcome"] for one in ended.values()}) == 1, ended
    suite.delivers()


def test_mail_and_readers_come_through_an_upgrade(suite: SplitSuite, place: Path) -> None:
    members = mail_flow.add_members(suite)
    with mail_flow.steady(suite, members[0], per_second=1) as flow:
        time.sleep(3)
        done = _converge(place, suite, split.NEXT)
        time.sleep(3)
    assert done.returncode == 0, done.stdout
    where = fleets.ends(done.stdout)
    assert all(one.endswith(", healthy") for one in where.values()), where
    assert {runs(one) for one in _hosts(suite).values()} == {"3.3.10"}
    assert flow.refused == []
    assert suite.run(_FAILED).split() == []
    mail_flow.assert_each_once(suite, flow.accepted)
    again = _converge(place, suite, split.NEXT)
    assert (again.returncode, changes(again.stdout)) == (0, []), again.stdout


def test_a_web_that_loses_power_during_cores_window_comes_up_in_the_new_release(
    suite: SplitSuite, place: Path
) -> None:
    struck = suite.webs[1]
    run = fleets.started(split.inventory(place, suite), split.NEW, KEPT)
    when_begun(suite.machine, "Core is stopped")
    struck.machine.power_cut()
    assert settled(suite)["outcome"] == "finished"
    struck.machine.boot()
    said, _ = run.communicate(timeout=600)
    assert run.returncode == 1, said
    ended = settled(struck)
    assert ended["outcome"] == "finished", ended
    assert {runs(one) for one in _hosts(suite).values()} == {older.NEW}
    eventually(
        lambda: Visitor(struck.machine.address, WEB_HOST).get("/archives/").status == 200,
        "the web that was struck opens by itself",
    )
    again = _converge(place, suite, split.NEW)
    assert again.returncode == 0, again.stdout
    suite.delivers()


def test_every_host_comes_back_by_itself_after_a_power_cut(suite: SplitSuite, place: Path) -> None:
    for machine in suite.machines.values():
        machine.power_cut()
    for machine in reversed(suite.machines.values()):  # the database's host last of all
        machine.boot()
    suite.wait_until_serving()
    suite.delivers()
