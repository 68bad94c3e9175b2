"""Cases of the gates that look at the suite as a whole, named after the situation."""

from __future__ import annotations

from typing import Any

from mailman_suite.base import layout
from mailman_suite.gates.model import REBUILD_INDEX, REMOVE_CRON_JOBS
from tests.unit.gate_cases import Case, Data, passes, web
from tests.unit.surveyed import WHOOSH, job

VERSIONS = {"mailman": "3.3.8", "postorius": "1.3.8", "hyperkitty": "1.3.7"}


def index(**more: Any) -> Data:
    index = {"engine": "xapian_backend.XapianEngine", "path": "/srv/index"}
    return {"search_index": {**index, "exists": True, "readable": False, **more}}


CASES: dict[str, Case] = {
    "a database that cannot be read": Case(
        "survey_complete", "stop", "file is not a database", "make it readable",
        {"unreadable": ["Core's database: file is not a database"]},
    ),
    "everything was read": passes("survey_complete", "were read"),
    "a web side on Python 2": Case(
        "first_version", "stop", "mailman 3.1.0, postorius 1.1.0", "to Core 3.2", core="3.1.0",
    ),
    "only the archive is from Python 2's time": Case(
        "first_version", "stop", "hyperkitty 1.1.4: its", "to Core 3.2",
        {"versions": {**VERSIONS, "hyperkitty": "1.1.4"}},
    ),
    "no Core in the virtualenv": Case(
        "first_version", "stop", "no package mailman", "restore the virtualenv", {"versions": {}},
    ),
    "the oldest that may begin": passes("first_version", "Core 3.2.0", then="3.2.0, 3.3.0"),
    "a distribution's revision": passes(
        "known_versions", "only versions", host={"versions": {"mailman": "1:3.3.8-2~deb12u2"}}
    ),
    "a pre-release": Case(
        "known_versions", "stop", "mailman 3.3.9rc1", "nearest released",
        {"versions": {**VERSIONS, "mailman": "3.3.9rc1"}},
    ),
    "a checkout": Case(
        "known_versions", "stop", "postorius 1.3.9.dev0", "nearest released",
        {"versions": {**VERSIONS, "postorius": "1.3.9.dev0+g1a2b3c"}},
    ),
    "no version number at all": Case(
        "known_versions", "stop", "mailman unknown", "nearest released",
        {"versions": {**VERSIONS, "mailman": "unknown"}},
    ),
    "a newer Core": Case(
        "no_downgrade", "stop", "mailman 3.3.11", "at least as new",
        {"versions": {**VERSIONS, "mailman": "3.3.11"}, "core_head": None},
    ),
    "one newer package": Case(
        "no_downgrade", "stop", "mailmanclient 3.3.6, newer", "at least as new",
        {"versions": {**VERSIONS, "mailmanclient": "3.3.6"}},
    ),
    "packages that were upgraded one by one": passes(
        "no_downgrade", "nothing is newer", then="replaced together",
        host={"versions": {**VERSIONS, "hyperkitty": "1.3.12"}},
    ),
    "a schema that nobody knows": Case(
        "known_schema", "stop", "schema 0123456789ab", "restore", {"core_head": "0123456789ab"},
    ),
    "two schemas at once": Case(
        "known_schema", "stop", "schema a,b", "restore", {"core_head": "a,b"},
    ),
    "a schema that is behind": passes("known_schema", "b2e694dfde35", "window", then="snapshot"),
    "a schema that is there": passes(
        "known_schema", "8cc1f79f4459", then="nothing to migrate", core="3.3.9",
        host={"core_head": "8cc1f79f4459"},
    ),
    "a release that newer ones have replaced": Case(
        "replaced_release", "acknowledge", "release 3.3.9 of Core 3.3.9 on Django 4.1",
        'set mailman_release = "3.3.10" or', release="3.3.9",
    ),
    "a release that nothing has replaced": passes("replaced_release", "release 3.3.10+forked"),
    "MySQL": Case(
        "database_engine", "stop", "in mysql", "PostgreSQL first", {"core_database": "mysql"},
    ),
    "no known database": Case(
        "database_engine", "stop", "an unknown database", "", {"core_database": ""},
    ),
    "PostgreSQL": passes("database_engine", "postgresql", host={"core_database": "postgresql"}),
    "an old PostgreSQL server": Case(
        "postgresql_server", "stop", "PostgreSQL 13; Django 5.2 needs 14", '= "3.3.10"',
        {"core_database": "postgresql", "database_server": [13, 22]},
    ),
    "the oldest PostgreSQL server that will do": passes(
        "postgresql_server", "PostgreSQL 14",
        host={"core_database": "postgresql", "database_server": [14, 0]},
    ),
    "no PostgreSQL server": passes("postgresql_server", "no PostgreSQL"),
    "a server of another kind": passes(
        "postgresql_server", "no PostgreSQL", host={"database_server": [10, 11]}
    ),
    "an index of another engine": Case(
        "search_index", "window", "xapian_backend.XapianEngine /srv/index", "once the service",
        index(), changes=(REBUILD_INDEX,),
    ),
    "an index that is not there": Case(
        "search_index", "window", "Whoosh", "once the service",
        index(engine=WHOOSH, exists=False),
        changes=(REBUILD_INDEX,),
    ),
    "an index from the time of Django 3": Case(
        "search_index", "window", "without pytz", "list by list",
        index(engine=WHOOSH, path=layout.FULLTEXT_INDEX),
        changes=(REBUILD_INDEX,),
    ),
    "the same index": passes("search_index", "stays"),
    "the operator keeps the other engine": passes(
        "search_index", "stays", host=index(),
        data=web(
            HAYSTACK_CONNECTIONS={
                "default": {"ENGINE": "xapian_backend.XapianEngine", "PATH": "/srv/index"}
            }
        ),
    ),
    "an empty archive": passes(
        "search_index", "nothing is archived", host={**index(exists=False), "emails": 0}
    ),
    "cron jobs that timers replace": Case(
        "cron_jobs", "window", "2 in /etc/cron.d/mailman: digests, runjobs hourly", "copy is kept",
        {
            "crontabs": [
                job("/opt/mailman/venv/bin/mailman digests --periodic"),
                job("flock -n /run/lock/a /opt/mailman/venv/bin/mailman-web runjobs hourly"),
            ]
        },
        changes=(REMOVE_CRON_JOBS,),
    ),
    "a cron job that runs Core's command as root": Case(
        "cron_jobs", "acknowledge", "1 in /etc/cron.d/mailman: lists", "/usr/local/bin/mailman",
        {"crontabs": [job("/opt/mailman/venv/bin/mailman lists -q > /root/lists", "root")]},
    ),
    "a job of root beside one that timers replace": Case(
        "cron_jobs", "acknowledge", "1 in /etc/cron.d/mailman: lists", "",
        {"crontabs": [job("mailman lists", "root"), job("mailman notify", "root")]},
        changes=(REMOVE_CRON_JOBS,),
    ),
    "a cron job that may stay": passes(
        "cron_jobs", "no cron job",
        host={"crontabs": [job("mailman lists"), job("tar -cf /b.tar /etc/mailman3", "root")]},
    ),
    "a project of one's own": Case(
        "own_project", "acknowledge", "a custom Django project", "mailman_web_apps",
        {"versions": VERSIONS},
    ),
    "mailman-web": passes("own_project", "mailman-web"),
}  # fmt: skip
