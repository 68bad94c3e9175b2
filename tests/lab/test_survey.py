"""What the survey sees on hosts that were made by hand, and that it leaves no trace there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mailman_suite.facts.survey import Survey, question
from mailman_suite.gates import asking, versions
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.releases.catalogue import RELEASES
from mailman_suite.suite.places import VIRTUALENV
from tests.bad_settings import GOOD
from tests.lab.guide_made import Handmade
from tests.lab.handmade_suite import HandmadeSuite

# Everything that is not written by the running suite itself.
KEPT = "/etc /opt/mailman/venv /opt/mailman/mm/var/data /opt/mailman/mm/var/queue /opt/mailman/web"
# Name on a PostgreSQL server, path of an SQLite file.
CORE = ("mailman", "/opt/mailman/mm/var/data/mailman.db")
WEB = ("mailmanweb", "/opt/mailman/web/mailman-web.db")
CORE_TROUBLE = (
    "INSERT INTO bounceevent (list_id, email, processed)"
    " VALUES ('a.b', 'x@y', NULL), ('a.b', 'x@y', false), ('a.b', 'x@y', true)",
    "UPDATE mailinglist SET gateway_to_mail = true",
)
_ADDRESS = 'INSERT INTO account_emailaddress (email, verified, "primary", user_id) '
WEB_TROUBLE = tuple(
    f"{_ADDRESS} SELECT '{email}', false, false, min(id) FROM auth_user"
    for email in ("twin@x.test", "TWIN@X.TEST")
)
JOBS = ("digests", "notify", "gatenews", "runjobs hourly")


def surveyed(suite: HandmadeSuite) -> dict[str, Any]:
    """The fact's answer, by the fact's own command."""
    command = Survey().command(question(VIRTUALENV)).get_raw_value()
    return Survey().process(suite.run(command).splitlines())


def test_a_handmade_host_is_read_whole(made: tuple[Handmade, HandmadeSuite]) -> None:
    one, suite = made
    found = surveyed(suite)
    assert found["unreadable"] == []
    assert found["versions"]["mailman"] == one.core
    assert found["core_database"] == one.database
    assert versions.before("mailman", found) == one.core
    assert found["core_head"] in versions.CORE_REVISIONS
    assert (found["lists"], found["usenet_lists"], found["bounce_events_waiting"]) == (1, 0, 0)
    assert "account" in found["web_migrations"]
    assert found["search_index"]["path"] == "/opt/mailman/web/fulltext_index"
    assert bool(found["database_server"]) == (one.database == "postgresql")


def test_no_secret_of_the_host_is_told(made: tuple[Handmade, HandmadeSuite]) -> None:
    _, suite = made
    told = json.dumps(surveyed(suite))
    assert [name for name, secret in suite.secrets().items() if secret in told] == []
    assert "(masked)" in told


def test_looking_leaves_no_trace(made: tuple[Handmade, HandmadeSuite]) -> None:
    _, suite = made
    state = f"find {KEPT} -xdev -printf '%p %u %m %T@ %C@ %s\\n' | grep -v /logs/ | sort | md5sum"
    suite.run("systemctl stop cron mailman3 mailmanweb")
    before = suite.run(state)
    surveyed(suite)
    assert suite.run(state) == before
    suite.run("systemctl start cron mailman3 mailmanweb")


@pytest.fixture(scope="module")
def troubled(made: tuple[Handmade, HandmadeSuite]) -> tuple[Handmade, dict[str, Any]]:
    """The survey of the same host when there is something that gates ask about."""
    one, suite = made
    suite.run("systemctl stop mailman3 mailmanweb")
    for statement in CORE_TROUBLE:
        suite.run(_sql(one, CORE, statement))
    for statement in WEB_TROUBLE:
        suite.run(_sql(one, WEB, statement))
    return one, surveyed(suite)


def test_what_gates_ask_about_is_counted(troubled: tuple[Handmade, dict[str, Any]]) -> None:
    _, found = troubled
    assert (found["bounce_events_waiting"], found["usenet_lists"]) == (2, 1)
    assert found["case_duplicates"] == ["twin@x.test/TWIN@X.TEST"]


def test_the_gates_say_what_to_do_about_it(troubled: tuple[Handmade, dict[str, Any]]) -> None:
    one, survey = troubled
    release, settings = RELEASES[one.becomes], declared_settings(GOOD)
    found = {each.gate.name: each for each in asking.findings(survey, settings, release)}
    assert found["survey_complete"].verdict == "fine"
    assert found["nntp_runner"].verdict == "acknowledge"
    assert found["cron_jobs"].verdict == "window"
    assert all(name in found["cron_jobs"].found for name in JOBS)
    line = f'mailman_acknowledged = {{"{release.name}": ["nntp_runner"]}}'
    assert line in str(asking.refusals([*found.values()], settings, release)[0])


def _sql(one: Handmade, database: tuple[str, str], statement: str) -> str:
    """A shell command that runs one statement in the host's database."""
    name, path = database
    if one.database == "postgresql":
        return f"cd / && runuser -u postgres -- psql -qd {name} <<'SQL'\n{statement};\nSQL"
    program = f"import sqlite3; d = sqlite3.connect({path!r}); d.execute({statement!r}); d.commit()"
    return f"python3 - <<'PYTHON'\n{program}\nPYTHON"
