"""What the gates and an adoption ask about a host, in one remote command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pyinfra.api import FactBase, StringCommand

from mailman_suite.base import layout
from mailman_suite.base.host_program import program
from mailman_suite.host.wire.survey import SuiteSurvey, SurveyQuestion
from mailman_suite.suite.places import Places

_MARK = "= "
# Run with the interpreter of the host's suite, each as the user that its argument names: a
# distribution's packages have two. The first program needs only the system's own interpreter.
_OF_THE_RELEASE: Mapping[str, Literal["core_user", "web_user"]] = {
    "survey.core": "core_user",
    "survey.web": "web_user",
}
# What the gates evaluate, before anything was read.
_UNKNOWN: SuiteSurvey = {
    "versions": {},
    "core_config": {},
    "web_settings": {},
    "queues": {},
    "crontabs": [],
    "templates_not_utf8": [],
    "core_database": "",
    "python": None,
    "core_head": None,
    "web_migrations": None,
    "bounce_events_waiting": None,
    "lists": None,
    "usenet_lists": None,
    "emails": None,
    "case_duplicates": None,
    "search_index": None,
    "spool": None,
    "database_server": None,
    "var_dir": None,
    "unreadable": [],
}


def question(places: Places) -> SurveyQuestion:
    """The arguments for a suite with these places."""
    return {
        "prefix": places.prefix,
        "python": places.python,
        "core_user": places.core_user,
        "web_user": places.web_user,
        "core_config": layout.CORE_CONFIG,
        "web_settings": places.web_settings,
        "own_settings": places.own_settings,
    }


class Survey(FactBase[SuiteSurvey]):
    """The answers of `host/survey/` as one mapping; what could not be read is in `unreadable`.

    Only the release's interpreter is run: any Core command would migrate.
    """

    @staticmethod
    def default() -> SuiteSurvey:
        """Nothing could be read."""
        return _merged(dict.fromkeys(("survey.host", *_OF_THE_RELEASE), ""))

    def command(self, arguments: SurveyQuestion) -> StringCommand:
        """Three read-only programs; only the first, which reads crontabs, runs as root."""
        asked = {
            "prefix": arguments["prefix"],
            "core_config": arguments["core_config"],
            "web_settings": arguments["web_settings"],
            "own_settings": arguments["own_settings"],
        }
        parts: list[str | StringCommand] = [
            f"echo '{_MARK}survey.host';",
            program("survey.host", "look", asked),
            "2>&1;",
        ]
        for name, user in _OF_THE_RELEASE.items():
            python, account = arguments["python"], arguments[user]
            one = program(name, "look", asked, python=python, as_user=account)
            parts += [f"echo '{_MARK}{name}';", one, "2>&1;"]
        return StringCommand("cd /;", *parts, "true")

    def process(self, output: list[str]) -> SuiteSurvey:
        """Each program's last line is its answer, or its error message if it failed."""
        last: dict[str, str] = dict.fromkeys(("survey.host", *_OF_THE_RELEASE), "")
        name = ""
        for line in output:
            if line.startswith(_MARK):
                name = line.removeprefix(_MARK)
            elif name:
                last[name] = line
        return _merged(last)


def _merged(last: Mapping[str, str]) -> SuiteSurvey:
    survey: Any = _UNKNOWN
    for name, line in last.items():
        try:
            answer = dict(json.loads(line))
        except (ValueError, TypeError):
            answer = {"unreadable": [f"{name}: {line.strip() or 'no answer'}"]}
        gaps = [*survey["unreadable"], *answer.get("unreadable", [])]
        survey = {**survey, **answer, "unreadable": gaps}
    merged: SuiteSurvey = survey
    return merged
