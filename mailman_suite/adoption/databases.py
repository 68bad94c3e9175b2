"""Whether group data names the databases that a suite made by hand has. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mailman_suite.adoption.accepted import accepted
from mailman_suite.base import layout
from mailman_suite.base.plain_values import literal
from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.survey import SuiteSurvey
from mailman_suite.parts.database import connections
from mailman_suite.parts.database.chosen import databases
from mailman_suite.settings import Settings
from mailman_suite.settings.model import PREFIX


def refusals(survey: SuiteSurvey, settings: Settings) -> Iterator[Refusal]:
    """Every difference between the databases of the host and those of group data."""
    wanted = dict(_declared(settings))
    for setting, found in {**_core(survey), **_web(survey)}.items():
        declared = wanted[setting]
        value = accepted(setting.removeprefix(PREFIX), found, settings)
        if value != declared:
            yield Refusal(
                found=f"the host's suite has {found!r} where group data says {declared!r}",
                expected="the host's databases, because no data is moved between databases",
                remedy=f"{setting} cannot be {found!r}: change it on the host, then run this again"
                if value is None
                else f"set {setting} = {literal(value)}",
            )


def moved(survey: SuiteSurvey, settings: Settings) -> dict[str, str]:
    """Files of databases in other places than ours: `core` or `web` -> the present path."""
    if settings.database != survey["core_database"]:
        return {}  # which is refused
    ours = connections.files(settings)
    return {
        part: path
        for part, path in files(survey, layout.CORE_DATA).items()
        if path.startswith("/") and path != ours[part]
    }


def files(survey: SuiteSurvey, data: str) -> Mapping[str, str]:
    """The databases' files of a suite whose Core has this `data_dir`; nothing of a server's."""
    engine = survey["core_database"]
    if engine not in databases():
        return {}
    # Core's own default (mailman/config/schema.cfg).
    url = _url(survey) or "sqlite:///$DATA_DIR/mailman.db"
    return databases()[engine].files(url, _default(survey), data)


def _declared(settings: Settings) -> Iterator[tuple[str, Any]]:
    names = ("database", "database_host", "database_port", "database_core_name")
    more = ("database_core_user", "database_web_name", "database_web_user")
    for name in (*names, *more):
        yield f"mailman_{name}", getattr(settings, name)


def _core(survey: SuiteSurvey) -> Mapping[str, Any]:
    engine = survey["core_database"]
    if engine not in databases():
        return {"mailman_database": engine}
    return databases()[engine].core_settings(_url(survey))


def _web(survey: SuiteSurvey) -> dict[str, Any]:
    engines = databases().values()
    return {
        name: value for one in engines for name, value in one.web_settings(_default(survey)).items()
    }


def _url(survey: SuiteSurvey) -> str:
    return str(survey["core_config"].get("database", {}).get("url", ""))


def _default(survey: SuiteSurvey) -> dict[str, Any]:
    return dict(survey["web_settings"].get("DATABASES", {}).get("default", {}))
