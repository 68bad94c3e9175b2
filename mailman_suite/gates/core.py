"""Core's gates, oldest crossing first."""

from __future__ import annotations

from mailman_suite.gates import jobs as gates_jobs
from mailman_suite.gates.model import (
    MARK_BOUNCES_PROCESSED,
    REMOVE_CRON_JOBS,
    Answer,
    Crossing,
    Gate,
    acknowledge,
    fine,
    window,
)

_TRUE = ("yes", "true", "on", "1", "enable", "enabled")  # as lazr.config reads a boolean


def _startup_hooks(crossing: Crossing) -> Answer:
    places = (("mailman", "pre_hook"), ("mailman", "post_hook"), ("styles", "paths"))
    left = [f"[{section}] {key}" for section, key in places if _said(crossing, section, key)]
    if not left:
        return fine("no pre_hook, post_hook or [styles] paths")
    return acknowledge(
        ", ".join(left),
        "these no longer run, without any warning: move their work to a plugin, or remove them",
    )


def _template_encoding(crossing: Crossing) -> Answer:
    files = crossing.survey["templates_not_utf8"]
    if not files:
        return fine("all templates on disk are UTF-8")
    return acknowledge(
        f"not UTF-8: {', '.join(files)}",
        "recode them (iconv -t utf-8): most languages changed their charset to UTF-8",
    )


def _bounces(crossing: Crossing) -> Answer:
    waiting = crossing.survey["bounce_events_waiting"]
    if not waiting:
        return fine("no unprocessed bounce event")
    found = f"{waiting} unprocessed bounce events"
    if crossing.settings.stale_bounces == "mark_processed":
        return window(
            found, "all are marked processed before the new Core runs", MARK_BOUNCES_PROCESSED
        )
    probes = crossing.declared("mta", "verp_probes")
    if probes is None or probes.lower() in _TRUE:
        return window(
            found, "verp_probes is enabled before the new Core runs, so members are probed first"
        )
    return acknowledge(
        f"{found}, and mailman_core_config switches verp_probes off",
        'remove that line (preferred), or set mailman_stale_bounces = "mark_processed"; '
        "otherwise members are disabled for old bounces",
    )


def _members_options(crossing: Crossing) -> Answer:
    jobs = gates_jobs.with_gone_options(crossing.survey["crontabs"])
    if not jobs:
        return fine("no cron job uses them", "check your own scripts")
    return acknowledge(
        gates_jobs.listed(jobs),
        "members --add, --del and --sync are gone: use addmembers, delmembers, syncmembers",
    )


def _gatenews_job(crossing: Crossing) -> Answer:
    jobs = crossing.survey["crontabs"]
    news = [job for job in jobs if gates_jobs.core_command(job) == "gatenews"]
    if not news:
        return fine("no cron job gates news")
    return window(
        gates_jobs.listed(news), "removed: Core's nntp runner gates news itself", REMOVE_CRON_JOBS
    )


def _kept_headers(crossing: Crossing) -> Answer:
    if not _said(crossing, "mailman", "anonymous_list_keep_headers"):
        return fine("anonymous_list_keep_headers is not set")
    return acknowledge(
        "[mailman] anonymous_list_keep_headers is set",
        "it now applies to X- headers only, so patterns for other headers no longer remove "
        "anything from posts to anonymous lists: review it",
    )


def _database_scheme(crossing: Crossing) -> Answer:
    url = crossing.standing("database", "url") or ""
    if not url.startswith("postgres:"):
        return fine("no postgres:// in mailman.cfg")
    return window("[database] url begins with postgres://", "written as postgresql://")


def _http_log_format(crossing: Crossing) -> Answer:
    if "%(r)s" in (crossing.declared("logging.http", "format") or ""):
        return acknowledge(
            "mailman_core_config gives [logging.http] a format of gunicorn's",
            "move it to the section 'logging.gunicorn'",
        )
    if "%(r)s" in (crossing.standing("logging.http", "format") or ""):
        return window(
            "[logging.http] has a format of gunicorn's",
            "name it in mailman_adoption_ignores; to keep it, set it in "
            "mailman_core_config['logging.gunicorn']",
        )
    return fine("no gunicorn format in [logging.http]")


def _max_recipients(crossing: Crossing) -> Answer:
    own, old = (
        crossing.declared("mta", "max_recipients"),
        crossing.standing("mta", "max_recipients"),
    )
    if own:
        return fine(f"mailman_core_config says {own}")
    return fine(
        f"max_recipients is {old or '500 by default'}",
        "the default is now 10, so more SMTP transactions; to keep the old value: "
        "mailman_core_config = "
        f'{{"mta": {{"max_recipients": {old or 500}}}}}',
    )


def _nntp_runner(crossing: Crossing) -> Answer:
    lists = crossing.survey["usenet_lists"]
    if not lists:
        return fine("no list is gated to Usenet")
    if crossing.settings.usenet:
        return window(f"lists with a newsgroup: {lists}", "the nntp runner is started")
    return acknowledge(
        f"lists with a newsgroup: {lists}; mailman_usenet is False",
        "set mailman_usenet = True: the nntp runner no longer starts by default",
    )


def _said(crossing: Crossing, section: str, key: str) -> str:
    """What group data says in a place of mailman.cfg, or the host, if that is to be kept."""
    ignored = f"[{section}] {key}" in crossing.settings.adoption_ignores
    standing = "" if ignored else crossing.standing(section, key)
    return crossing.declared(section, key) or standing or ""


GATES = (
    Gate(
        "startup_hooks", "mailman", "3.2.0",
        "pre_hook, post_hook and [styles] paths no longer take effect, and no error is shown.",
        "none of them", "Core NEWS 3.2.0; seen", _startup_hooks,
    ),
    Gate(
        "stale_bounces", "mailman", "3.3.1",
        "The first Core that processes bounces scores all that were recorded before, at its first "
        "start, and disables members for old bounces.",
        "verp_probes: yes, or the events marked processed",
        "upgrade guide, 'Upgrade from <3.3.1 to >=3.3.1'; seen: scored within 25 s", _bounces,
        needs=("bounce_events_waiting",),
    ),
    Gate(
        "template_encoding", "mailman", "3.3.2",
        "The charset of many languages became UTF-8; templates on disk in another one break.",
        "templates in UTF-8", "Core NEWS 3.3.2", _template_encoding,
    ),
    Gate(
        "members_options", "mailman", "3.3.4",
        "`mailman members --add`, `--del` and `--sync` were disabled.",
        "no job that calls them", "Core NEWS 3.3.4", _members_options,
    ),
    Gate(
        "uncommitted_bounces", "mailman", "3.3.5",
        "Core 3.3.1 to 3.3.4 did not always commit a processed bounce, so old ones may wait.",
        "verp_probes: yes, or the events marked processed",
        "Core NEWS 3.3.5 (issue 850)", _bounces, since="3.3.1", needs=("bounce_events_waiting",),
    ),
    Gate(
        "gatenews_job", "mailman", "3.3.5",
        "The nntp runner gates news every five minutes; a cron job does it a second time.",
        "", "Core NEWS 3.3.5", _gatenews_job,
    ),
    Gate(
        "kept_headers", "mailman", "3.3.6",
        "anonymous_list_keep_headers applies to X- headers only: others are no longer removed.",
        "the default, or a value that was reviewed", "Core NEWS 3.3.6", _kept_headers,
    ),
    Gate(
        "database_scheme", "mailman", "3.3.7",
        "SQLAlchemy 1.4 knows postgresql:// only; with postgres:// Core does not start.",
        "", "Core NEWS 3.3.7; seen: NoSuchModuleError", _database_scheme,
    ),
    Gate(
        "http_log_format", "mailman", "3.3.9",
        "[logging.http] was split: a gunicorn format there breaks every log line.",
        "gunicorn's format in [logging.gunicorn]", "Core NEWS 3.3.9", _http_log_format,
    ),
    Gate(
        "max_recipients", "mailman", "3.3.9",
        "The default of [mta] max_recipients fell from 500 to 10.",
        "", "Core NEWS 3.3.9; seen", _max_recipients,
    ),
    Gate(
        "nntp_runner", "mailman", "3.3.10",
        "The nntp runner is no longer started unless asked for: Usenet gateways fall silent.",
        "mailman_usenet = True", "Core NEWS 3.3.10; seen", _nntp_runner, needs=("usenet_lists",),
    ),
)  # fmt: skip
