"""What the programs of `host/survey/` are asked and answer about a suite before its window."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class CronJob(TypedDict):
    """A cron job that names Mailman: its file, its user, and its command."""

    file: str
    number: int
    line: str
    user: str
    command: str


class HostQuestion(TypedDict):
    """The virtual environment of what runs, or /usr for the distribution's packages."""

    prefix: str


class HostSurvey(TypedDict):
    """Versions by package; `python` is [major, minor], null where nothing is installed."""

    versions: dict[str, str]
    python: list[int] | None
    crontabs: list[CronJob]


class CoreQuestion(TypedDict):
    """The path of mailman.cfg."""

    core_config: str


class CoreSurvey(TypedDict):
    """Core's configuration, directories and database; null is what could not be read.

    `database_server` is [major, minor] of a PostgreSQL server.
    """

    core_config: dict[str, dict[str, str]]
    var_dir: str | None
    core_database: str
    core_head: str | None
    bounce_events_waiting: int | None
    lists: int | None
    usenet_lists: int | None
    database_server: list[int] | None
    queues: dict[str, int]
    spool: int | None
    templates_not_utf8: list[str]
    unreadable: list[str]


class WebQuestion(TypedDict):
    """The settings file that is run, and the one that the host's owner edits."""

    web_settings: str
    own_settings: str


class SearchIndex(TypedDict):
    """The full-text index; `engine` is null where none is configured."""

    engine: str | None
    path: str
    exists: bool
    readable: bool


# Answers that are null where they could not be read.
Readable = Literal[
    "bounce_events_waiting", "usenet_lists", "emails", "web_migrations", "case_duplicates",
    "search_index",
]  # fmt: skip


class SurveyQuestion(HostQuestion, CoreQuestion, WebQuestion):
    """What all three are asked, and with which interpreter and as which users two of them run."""

    python: str
    core_user: str
    web_user: str


class _SuiteSurvey(HostSurvey, CoreSurvey):
    web_settings: dict[str, Any]
    web_migrations: dict[str, list[str]] | None
    emails: int | None
    case_duplicates: list[str] | None
    search_index: SearchIndex | None


class SuiteSurvey(_SuiteSurvey, total=False):
    """All three as one; `packaged` whether the distribution's packages are moved away from."""

    packaged: bool
