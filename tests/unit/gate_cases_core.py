"""Cases of Core's gates, named after the situation."""

from __future__ import annotations

from mailman_suite.gates.model import MARK_BOUNCES_PROCESSED, REMOVE_CRON_JOBS
from tests.unit.gate_cases import Case, Data, config, declared, passes
from tests.unit.surveyed import job

OLD_PROBES: Data = {"data": declared("mta", verp_probes="no")}
WAITING: Data = {"host": {"bounce_events_waiting": 12}}

CASES: dict[str, Case] = {
    "a startup hook": Case(
        "startup_hooks", "acknowledge", "[mailman] pre_hook", "plugin",
        config("mailman", pre_hook="site.begin"), core="3.1.0",
    ),
    "a startup hook that is left behind": passes(
        "startup_hooks", "no pre_hook", host=config("mailman", pre_hook="site.begin"),
        data={"adoption_ignores": ["[mailman] pre_hook"]}, core="3.1.0",
    ),
    "no startup hook": passes("startup_hooks", "no pre_hook", core="3.1.0"),
    "stale bounces, asked by probes": Case(
        "stale_bounces", "window", "12 unprocessed", "verp_probes is enabled", **WAITING,
    ),
    "stale bounces, to be forgotten": Case(
        "stale_bounces", "window", "12 unprocessed", "marked processed", **WAITING,
        data={"stale_bounces": "mark_processed"}, changes=(MARK_BOUNCES_PROCESSED,),
    ),
    "stale bounces, and probes switched off": Case(
        "stale_bounces", "acknowledge", "12 unprocessed", "remove that line",
        **WAITING, **OLD_PROBES,
    ),
    "stale bounces, and probes declared": passes(
        "stale_bounces", "12 unprocessed", "window", **WAITING,
        data=declared("mta", verp_probes=True),
    ),
    "no stale bounce": passes("stale_bounces", "no unprocessed", **OLD_PROBES),
    "bounces that nobody could count": Case(
        "stale_bounces", "stop", "unknown: bounce_events_waiting", "survey_complete",
        {"bounce_events_waiting": None},
    ),
    "templates in another charset": Case(
        "template_encoding", "acknowledge", "lists/a/list:member:regular:footer", "iconv",
        {"templates_not_utf8": ["lists/a/list:member:regular:footer"]},
    ),
    "templates in UTF-8": passes("template_encoding", "all templates"),
    "a job that calls a disabled option": Case(
        "members_options", "acknowledge", "members", "syncmembers",
        {"crontabs": [job("mailman members --sync /srv/staff staff@lists.unit.test")]},
    ),
    "a job that lists members": passes(
        "members_options", "no cron job", host={"crontabs": [job("mailman members -d any staff")]}
    ),
    "bounces that were not committed": Case(
        "uncommitted_bounces", "window", "12 unprocessed", "marked processed", **WAITING,
        core="3.3.4", data={"stale_bounces": "mark_processed"}, changes=(MARK_BOUNCES_PROCESSED,),
    ),
    "all bounces were committed": passes("uncommitted_bounces", "no unprocessed", core="3.3.4"),
    "a job that gates news": Case(
        "gatenews_job", "window", "gatenews", "runner",
        {"crontabs": [job("/opt/mailman/venv/bin/mailman gatenews")]}, changes=(REMOVE_CRON_JOBS,),
    ),
    "no job that gates news": passes("gatenews_job", "no cron job"),
    "kept headers on the host": Case(
        "kept_headers", "acknowledge", "is set", "review",
        config("mailman", anonymous_list_keep_headers="^subject:"),
    ),
    "kept headers in group data": Case(
        "kept_headers", "acknowledge", "is set", "review",
        data=declared("mailman", anonymous_list_keep_headers="^subject:"),
    ),
    "no kept headers": passes("kept_headers", "not set"),
    "an old database scheme": Case(
        "database_scheme", "window", "postgres://", "postgresql://",
        config("database", url="postgres://(masked)@localhost/mailman"),
    ),
    "a good database scheme": passes(
        "database_scheme", "no postgres://",
        host=config("database", url="postgresql://(masked)@localhost/mailman"),
    ),
    "a gunicorn format in group data": Case(
        "http_log_format", "acknowledge", "gunicorn", "logging.gunicorn",
        data=declared("logging.http", format='%(h)s "%(r)s" %(s)s'),
    ),
    "a gunicorn format on the host": Case(
        "http_log_format", "window", "gunicorn", "logging.gunicorn",
        config("logging.http", format='%(h)s "%(r)s" %(s)s'),
    ),
    "no gunicorn format": passes(
        "http_log_format", "no gunicorn", host=config("logging.http", format="%(message)s")
    ),
    "another number of recipients on the host": Case(
        "max_recipients", "fine", "is 50", '{"mta": {"max_recipients": 50}}',
        config("mta", max_recipients="50"),
    ),
    "the default number of recipients": Case(
        "max_recipients", "fine", "500 by default", '{"mta": {"max_recipients": 500}}',
    ),
    "a declared number of recipients": passes(
        "max_recipients", "says 200", data=declared("mta", max_recipients=200)
    ),
    "a list with a newsgroup": Case(
        "nntp_runner", "acknowledge", "newsgroup: 2", "mailman_usenet = True", {"usenet_lists": 2},
    ),
    "a list with a newsgroup, and the runner wanted": passes(
        "nntp_runner", "newsgroup: 2", "window", host={"usenet_lists": 2}, data={"usenet": True}
    ),
    "no list with a newsgroup": passes("nntp_runner", "no list"),
}  # fmt: skip
