"""The hosts that were made by hand along upstream's guide work before anybody upgrades them."""

from __future__ import annotations

from tests.lab.guide_made import Handmade
from tests.lab.handmade_suite import HandmadeSuite
from tests.lab.installed import DOMAIN, LIST, LIST_ID

LANDMARKS = (
    *("/etc/mailman3/mailman.cfg", "/etc/mailman3/settings.py"),
    *("/etc/mailman3/mailman-hyperkitty.cfg", "/etc/nginx/sites-enabled/mailman"),
    *("/etc/systemd/system/mailman3.service", "/etc/systemd/system/mailmanweb.service"),
    "/opt/mailman/mm/var/data/postfix_lmtp",
)


def test_it_runs_the_core_that_its_name_says(made: tuple[Handmade, HandmadeSuite]) -> None:
    one, suite = made

    status, answer = suite.rest("GET", "system/versions")

    assert (status, answer["mailman_version"].split()[2]) == (200, one.core)


def test_it_is_laid_out_as_the_guide_says(made: tuple[Handmade, HandmadeSuite]) -> None:
    _, suite = made

    assert suite.run("stat --format=%F /opt/mailman/venv").strip() == "directory"
    suite.run(f"stat {' '.join(LANDMARKS)}")
    assert "mailman digests --periodic" in suite.run(
        "cat /etc/cron.d/mailman /var/spool/cron/crontabs/mailman 2>/dev/null || true"
    )
    assert suite.run("systemctl list-units --failed --plain --no-legend") == ""


def test_its_data_are_in_the_database_that_its_name_says(
    made: tuple[Handmade, HandmadeSuite],
) -> None:
    one, suite = made
    lists, users = "select count(*) from mailinglist", "select count(*) from auth_user"

    if one.database == "postgresql":
        ask = "cd / && runuser -u postgres -- psql --tuples-only --no-align --command"
        found = [suite.run(f"{ask} '{lists}' mailman"), suite.run(f"{ask} '{users}' mailmanweb")]
    else:
        paths = ("/opt/mailman/mm/var/data/mailman.db", "/opt/mailman/web/mailman-web.db")
        program = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute(sys.argv[2]))"
        ask = f"python3 -c '{program}'"
        found = [suite.run(f"{ask} {path} '{what}'") for path, what in zip(paths, (lists, users))]

    assert [answer.strip("(,)\n") for answer in found] == ["1", "1"]


def test_collections_answer(made: tuple[Handmade, HandmadeSuite]) -> None:
    _, suite = made

    assert suite.rest("GET", "lists")[1]["entries"][0]["fqdn_listname"] == LIST
    assert suite.rest("GET", "domains")[1]["entries"][0]["mail_host"] == DOMAIN
    assert suite.rest("GET", f"lists/{LIST_ID}/roster/owner")[0] == 200


def test_pages_open(made: tuple[Handmade, HandmadeSuite]) -> None:
    _, suite = made

    page = suite.visitor.get("/mailman3/lists/")

    assert (page.status, suite.visitor.get("/archives/").status) == (200, 200)
    sheets = page.style_sheets()
    assert sheets and {suite.visitor.get(sheet).status for sheet in sheets} == {200}
    assert suite.visitor.get("/favicon.ico").status == 200


def test_a_post_reaches_the_mailbox_and_the_archive(made: tuple[Handmade, HandmadeSuite]) -> None:
    _, suite = made

    suite.delivers()
