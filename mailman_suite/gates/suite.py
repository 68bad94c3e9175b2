"""Gates of the suite as a whole: where an upgrade may begin, and what else the host has."""

from __future__ import annotations

from typing import Any

from mailman_suite.base import layout
from mailman_suite.gates import jobs as gates_jobs
from mailman_suite.gates import versions as gates_versions
from mailman_suite.gates.model import (
    ANY,
    REBUILD_INDEX,
    REMOVE_CRON_JOBS,
    SUITE,
    Answer,
    Crossing,
    Gate,
    acknowledge,
    fine,
    stop,
    window,
)
from mailman_suite.gates.versions import FIRST, TESTED_FROM
from mailman_suite.parts.chosen import search
from mailman_suite.parts.database.chosen import databases, titles
from mailman_suite.parts.database.postgresql import ANSWER as POSTGRESQL
from mailman_suite.parts.search.whoosh import ANSWER as WHOOSH

_TESTED = "direct upgrades were run from Core " + ", ".join(TESTED_FROM)


def _survey_complete(crossing: Crossing) -> Answer:
    gaps = crossing.survey["unreadable"]
    if gaps:
        return stop(
            "; ".join(gaps), "make it readable, then run again; what is unknown counts as a problem"
        )
    return fine("configuration and both databases were read")


def _first_version(crossing: Crossing) -> Answer:
    versions = crossing.survey["versions"]
    if "mailman" not in versions:
        return stop(
            f"no package mailman in {layout.VENV}",
            "restore the virtualenv that the services use, or move it away for a new installation",
        )
    old = _listed(
        (package, versions[package])
        for package, first in FIRST.items()
        if package in versions and gates_versions.is_older(versions[package], first)
    )
    if not old:
        return fine(f"Core {versions['mailman']}", f"no intermediate version needed: {_TESTED}")
    return stop(
        f"{old}: its web side runs on Python 2",
        "bring the host to Core 3.2 with Postorius and HyperKitty 1.2 on Python 3 first, as the "
        "upgrade guide's 'Upgrade to 3.2.0' says; then run this again",
    )


def _known_versions(crossing: Crossing) -> Answer:
    versions = crossing.survey["versions"]
    unknown = _listed(
        (package, versions[package])
        for package in gates_versions.PUBLISHED
        if package in versions and not gates_versions.is_published(package, versions[package])
    )
    if not unknown:
        return fine("only versions that upstream released")
    return stop(
        f"{unknown}, which upstream never released",
        "install the nearest released version of it, let it run once, then run this again",
    )


def _no_downgrade(crossing: Crossing) -> Answer:
    versions = crossing.survey["versions"]
    newer = _listed(
        (package, versions[package])
        for package, wanted in crossing.release.packages
        if gates_versions.is_older(wanted, versions.get(package, ""))
    )
    if not newer:
        return fine("nothing is newer than the release", "all its packages are replaced together")
    return stop(
        f"{newer}, newer than release {crossing.release.name}",
        "set mailman_release to one that is at least as new; only deploys/rollback.py returns to "
        "an older release, because databases cannot be downgraded",
    )


def _known_schema(crossing: Crossing) -> Answer:
    head = crossing.survey["core_head"]
    schema = gates_versions.CORE_REVISIONS.get(head or "")
    if head and not schema:
        return stop(
            f"Core's database has the schema {head}",
            "no Core from 3.2.0 to 3.3.10 has it: find out what migrated it last, and restore "
            "the snapshot or backup that belongs to the installed Core",
        )
    if schema and gates_versions.is_older(crossing.release.core, schema):
        return stop(
            f"Core's database has the schema of {schema}",
            f"set mailman_release to one of Core {schema} or newer",
        )
    if schema == crossing.release.core:
        return fine(f"schema {head}", "nothing to migrate in Core's database")
    return window(f"schema {head or 'not created'}", "migrated after a snapshot of both databases")


def _database_engine(crossing: Crossing) -> Answer:
    engine = crossing.survey["core_database"]
    if engine in databases():
        return fine(engine)
    return stop(
        f"Core's data is in {engine or 'an unknown database'}",
        "move it to PostgreSQL first; upgrades with it are not tested (Core 3.3.5 rewrites every "
        "table to utf8mb4 there)",
    )


def _postgresql_server(crossing: Crossing) -> Answer:
    server, series = crossing.survey["database_server"], crossing.release.django
    if crossing.survey["core_database"] != POSTGRESQL.name or not server:
        return fine("no PostgreSQL")
    oldest = gates_versions.OLDEST_POSTGRESQL[series]
    if server[0] >= oldest:
        return fine(f"PostgreSQL {server[0]}")
    return stop(
        f"PostgreSQL {server[0]}; Django {series} needs {oldest} or newer",
        "upgrade the server (pg_upgradecluster), or choose a release with an older Django: "
        'mailman_release = "3.3.10"',
    )


_NEW_INDEX = "a new index is filled, list by list, once the service runs again"


def _search_index(crossing: Crossing) -> Answer:
    old = crossing.survey["search_index"]
    new = crossing.web_setting("HAYSTACK_CONNECTIONS") or {
        "default": {"ENGINE": search().engine, "PATH": search().index}
    }
    if not crossing.settings.runs("web"):
        return fine("each host of the web has its own")
    if not crossing.survey["emails"] or not old:
        return fine("nothing is archived")
    engine, path = new.get("default", {}).get("ENGINE"), new.get("default", {}).get("PATH")
    if not old["exists"] or (old["engine"], old["path"]) != (engine, path):
        found = " ".join(filter(None, (old["engine"], old["path"]))) or "no index"
        return window(found, _NEW_INDEX, REBUILD_INDEX)
    if engine == WHOOSH.engine and not old["readable"]:
        return window(f"the index at {path} cannot be read without pytz", _NEW_INDEX, REBUILD_INDEX)
    return fine(f"the index at {path} stays")


def _cron_jobs(crossing: Crossing) -> Answer:
    jobs = crossing.survey["crontabs"]
    refused, doubled = gates_jobs.as_root(jobs), gates_jobs.doubled(jobs)
    if refused:
        return acknowledge(
            f"run as root: {gates_jobs.listed(refused)}",
            "Core refuses root since 3.3.5: call /usr/local/bin/mailman, which changes the user",
            *((REMOVE_CRON_JOBS,) if doubled else ()),
        )
    if doubled:
        return window(
            gates_jobs.listed(doubled),
            "removed, a copy is kept; the suite's timers run these jobs",
            REMOVE_CRON_JOBS,
        )
    return fine("no cron job of Mailman's")


def _own_project(crossing: Crossing) -> Answer:
    if "mailman-web" in crossing.survey["versions"]:
        return fine("mailman-web")
    if crossing.survey.get("packaged"):
        return fine("the packages' own project", "its settings and addresses are kept")
    return acknowledge(
        "a custom Django project instead of mailman-web",
        "its urls.py, templates and apps are not taken over: put what is needed into "
        "mailman_web_settings and mailman_web_apps",
    )


def _listed(pairs: Any) -> str:
    return ", ".join(f"{package} {version}" for package, version in pairs)


GATES = (
    Gate(
        "survey_complete", SUITE, ANY,
        "A database or file that could not be read may hide every other trap.",
        "readable configuration and databases", "a rule of this project", _survey_complete,
    ),
    Gate(
        "first_version", SUITE, ANY,
        "Before Core 3.2.0 the web side is Python 2 and its migrations are untested here.",
        "Core 3.2.0 or newer, with a web side on Python 3",
        "upgrade guide, 'Upgrade to 3.2.0'", _first_version,
    ),
    Gate(
        "known_versions", SUITE, ANY,
        "A pre-release or a checkout may have a schema that no release has.",
        "versions that upstream released", "the packages' changelogs and index", _known_versions,
    ),
    Gate(
        "no_downgrade", SUITE, ANY,
        "A migrated database cannot be downgraded: old code fails on a new schema.",
        "a release that is at least as new in each of its packages",
        "seen: Core 3.3.8 on the schema of 3.3.10 fails in every command", _no_downgrade,
    ),
    Gate(
        "known_schema", SUITE, ANY,
        "Almost any command of a new Core migrates the database, also by accident.",
        "a schema no newer than the release's Core",
        "Core's migrations; seen with `mailman info`", _known_schema,
    ),
    Gate(
        "database_engine", SUITE, ANY,
        "On MySQL, Core 3.3.5 converts every table to utf8mb4; no upgrade there was tested.",
        titles(), "Core NEWS 3.3.5", _database_engine,
    ),
    Gate(
        "postgresql_server", "django", ANY,
        "Each Django series drops old PostgreSQL servers.",
        "a PostgreSQL server that the release's Django supports",
        "Django's release notes", _postgresql_server,
    ),
    Gate(
        "search_index", SUITE, ANY,
        "An index of another engine, or elsewhere, finds nothing; one that Django before 4.0 wrote "
        "contains pytz times, and without pytz each search that finds such a message fails.",
        "", "HyperKitty's documentation; seen: ModuleNotFoundError", _search_index,
        needs=("search_index", "emails"),
    ),
    Gate(
        "cron_jobs", SUITE, ANY,
        "Cron jobs repeat the suite's timers (digests twice), and Core refuses root since 3.3.5.",
        "no cron job that runs `mailman` as root", "Core NEWS 3.3.5", _cron_jobs,
    ),
    Gate(
        "own_project", "mailman-web", ANY,
        "A custom Django project has URLs, templates and apps that mailman-web lacks.",
        "mailman-web", "mailman-web's documentation", _own_project,
    ),
)  # fmt: skip
