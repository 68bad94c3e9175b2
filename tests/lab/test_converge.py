"""A host that the deploy made, and that was booted since, is what users were promised."""

from __future__ import annotations

import json
import re
import smtplib
from pathlib import Path

import pytest

from tests.lab.installed import DOMAIN, LIST, WEB_HOST, changes
from tests.lab.suites import (
    CORE,
    QCLUSTER,
    READER,
    SERVICES,
    WEB,
    Suite,
    archive_path,
    eventually,
)

# Django before 5.1 cannot ask SQLite for the write lock at once: on a busy host a background task
# fails, and the next message of its thread does its work. See `Release.sqlite_options`.
LOCKED = re.compile(
    r"database is locked : Traceback.*?direct cause.*?Traceback"
    r".*?django\.db\.utils\.OperationalError: database is locked",
    re.DOTALL,
)
# Guesses of somebody on the machine itself, through its proxy as everybody; each at another name,
# since a name has a count of its own.
_GUESSING = f"""{(Path(__file__).parent / "visitor.py").read_text()}
import json
visitor = Visitor("127.0.0.1", "{WEB_HOST}")
forms = [{{"login": f"nobody{{number}}", "password": "a guess"}} for number in range(11)]
pages = [visitor.submit("/accounts/login/", form) for form in forms]
print(json.dumps(["Too many failed login attempts" in page.text for page in pages]))
"""
TIMERS = (
    "mailman-digests.timer",
    "mailman-notify.timer",
    "hyperkitty-jobs@hourly.timer",
    "hyperkitty-jobs@daily.timer",
    "hyperkitty-jobs@weekly.timer",
    "hyperkitty-jobs@monthly.timer",
    "hyperkitty-jobs@yearly.timer",
)
JOBS = tuple(timer.replace(".timer", ".service") for timer in TIMERS)
PUBLIC_PORTS = {22, 25, 80}


def test_everything_comes_back_by_itself_after_a_boot(suite: Suite) -> None:
    units = [*SERVICES, *TIMERS]

    states = suite.run(f"systemctl is-active {' '.join(units)}").split()

    assert dict(zip(units, states)) == dict.fromkeys(units, "active")
    assert suite.machine.wait_booted() == "running", suite.run("systemctl --failed --no-legend")


def test_a_second_run_changes_nothing_and_restarts_nothing(suite: Suite) -> None:
    before = suite.processes()

    done = suite.converge()

    assert done.returncode == 0, done.stdout
    assert changes(done.stdout) == []
    assert suite.processes() == before
    assert all(before["runners"]), "Core's runners were seen"


def test_a_members_post_reaches_mailbox_and_archive(suite: Suite) -> None:
    message_id = suite.delivers()

    page = suite.visitor.get(archive_path(message_id))
    assert f"The body of {message_id}" in page.text.replace("&lt;", "<").replace("&gt;", ">")
    assert_styled(suite, page.style_sheets())


@pytest.mark.parametrize("path", ["/mailman3/lists/", "/archives/", "/accounts/login/"])
def test_pages_are_styled_and_speak_of_no_example(suite: Suite, path: str) -> None:
    page = suite.visitor.get(path)

    assert page.status == 200
    assert "example.com" not in page.text
    assert_styled(suite, page.style_sheets())


def assert_styled(suite: Suite, sheets: list[str]) -> None:
    """Every style sheet that a page names is served, as one, and is not empty."""
    assert sheets
    for address in sheets:
        sheet = suite.visitor.get(address)
        assert (sheet.status, sheet.kind) == (200, "text/css"), address
        assert len(sheet.text) > 100, address


def test_a_browser_finds_the_favicon(suite: Suite) -> None:
    assert suite.visitor.get("/favicon.ico").status == 200


def test_the_superuser_logs_in_and_may_create_lists(suite: Suite) -> None:
    visitor = suite.visitor
    assert visitor.get("/mailman3/lists/new/").path == "/accounts/login/"
    password = suite.secrets()["superuser_password"]

    visitor.submit("/accounts/login/", {"login": "admin", "password": password})

    page = visitor.get("/mailman3/lists/new/")
    assert (page.status, page.path) == (200, "/mailman3/lists/new/")
    assert page.field("listname") == ""
    assert DOMAIN in page.text, "Core's domain is offered"


def test_wrong_passwords_from_one_address_lock_nobody_else_out(suite: Suite) -> None:
    refused = json.loads(suite.run("python3 -", stdin=_GUESSING))
    assert refused == [False] * 10 + [True], "the eleventh guess of a minute is not looked at"

    visitor, password = suite.visitor, suite.secrets()["superuser_password"]
    visitor.submit("/accounts/login/", {"login": "admin", "password": password})

    assert visitor.get("/mailman3/lists/new/").path == "/mailman3/lists/new/"


def test_a_wrong_password_does_not_log_in(suite: Suite) -> None:
    visitor = suite.visitor

    visitor.submit("/accounts/login/", {"login": "admin", "password": "not this one"})

    assert visitor.get("/mailman3/lists/new/").path == "/accounts/login/"


def test_example_com_is_nowhere(suite: Suite) -> None:
    stored = suite.run("mailman-web dumpdata sites account django_mailman3 auth.user")

    assert f'"domain": "{WEB_HOST}"' in stored
    assert "example.com" not in stored
    assert suite.machine.run("grep -r example.com /etc/mailman3", check=False).stdout == ""


def test_a_local_user_keeps_the_mail(suite: Suite) -> None:
    message_id = suite.post("friend@elsewhere.test", suite.add_reader())

    eventually(lambda: suite.has_mail(message_id), "local mail reaches the mailbox")


@pytest.mark.parametrize(
    ("recipient", "code"), [(f"nobody-here@{DOMAIN}", 550), ("somebody@elsewhere.test", 454)]
)
def test_mail_that_is_not_ours_is_refused_at_once(suite: Suite, recipient: str, code: int) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        suite.post("friend@elsewhere.test", recipient)

    assert [answer[0] for answer in refused.value.recipients.values()] == [code]


@pytest.mark.parametrize("unit", [CORE, WEB, QCLUSTER, JOBS[0], JOBS[1], JOBS[2]])
def test_units_are_sandboxed(suite: Suite, unit: str) -> None:
    said = suite.run(f"systemd-analyze security --no-pager {unit}")

    exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert exposure, said
    assert float(exposure[1]) <= 2.0


def test_only_ssh_smtp_and_http_listen_to_the_world(suite: Suite) -> None:
    rows = [line.split() for line in suite.run("ss -H -tuln").splitlines()]

    public = {row[4] for row in rows if not row[4].startswith(("127.", "[::1]", "[::ffff:127."))}

    assert {int(place.rpartition(":")[2]) for place in public} == PUBLIC_PORTS


@pytest.mark.parametrize("job", JOBS)
def test_every_periodic_job_runs_in_its_sandbox(suite: Suite, job: str) -> None:
    suite.machine.run(f"systemctl start {job}", check=False)

    result = suite.run(f"systemctl show -p Result,ExecMainStatus {job}").split()
    assert sorted(result) == ["ExecMainStatus=0", "Result=success"], suite.run(
        f"journalctl --no-pager -u {job} -n 30"
    )


@pytest.mark.parametrize("timer", TIMERS)
def test_every_timer_has_its_next_hour(suite: Suite, timer: str) -> None:
    shown = suite.run(f"systemctl show -p NextElapseUSecRealtime {timer}")

    assert shown.strip() != "NextElapseUSecRealtime="


def test_rotated_logs_are_written_on_in_new_files(suite: Suite) -> None:
    log = "/opt/mailman/mm/var/logs/smtp.log"
    suite.delivers()
    suite.run("logrotate --force /etc/logrotate.d/mailman3")
    suite.delivers()  # until it is through, some runner may still have been told nothing
    before = suite.run(f"stat -c %s {log}.1 {log}").split()

    suite.delivers()

    old, new = suite.run(f"stat -c %s {log}.1 {log}").split()
    assert old == before[0]
    assert int(new) > int(before[1])
    assert suite.run(f"stat -c %A {log}").strip().endswith("---")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("mailman lists", LIST),
        ("mailman-web check", "System check identified"),
        (f"runuser -u mailman -- mailman members {LIST}", READER),
    ],
)
def test_the_wrappers_work_from_anywhere(suite: Suite, command: str, expected: str) -> None:
    suite.add_reader()

    assert expected in suite.run(f"cd /root && {command} 2>&1")


def test_nothing_of_the_suite_belongs_to_the_wrong_account(suite: Suite) -> None:
    wrong = "find /opt/mailman/mm /opt/mailman/web ! -user mailman ! -type l"
    writable = "find /opt/mailman/releases -user mailman -o -perm -o=w ! -type l"

    assert suite.run(wrong) == ""
    assert suite.run(writable) == ""


def test_postfix_finds_nothing_wrong_with_its_configuration(suite: Suite) -> None:
    checked = suite.machine.run("postfix check", check=False)

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_the_journal_and_the_logs_hold_no_traceback(suite: Suite) -> None:
    """Last of all, so that it sees what the other tests caused."""
    logs = "/opt/mailman/mm/var/logs /opt/mailman/web/logs"

    journal = suite.run("journalctl --boot --no-pager --output=cat")
    found = suite.machine.run(f"grep -rn -A15 Traceback {logs}", check=False)

    assert DOMAIN in suite.run(f"grep -rh {DOMAIN} {logs}"), "the logs are where they are sought"
    if suite.combination.release == "3.3.10":
        journal = LOCKED.sub("", journal)
    assert "Traceback" not in journal, journal[journal.index("Traceback") - 500 :][:3000]
    assert found.stdout == ""
