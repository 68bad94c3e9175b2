"""A suite from the distribution's packages: what is renamed to our paths, or why not. Pure.

Its Core and web run as two accounts, with their data in one directory that the packages' own
scripts empty when they are purged. So that directory's content moves, and nothing of it is copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mailman_suite.adoption.databases import files
from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.installation import InstallationFound
from mailman_suite.host.wire.order import Renames
from mailman_suite.host.wire.survey import SuiteSurvey
from mailman_suite.suite.places import Places

# What Core's directory has that is no data, or is the web's.
_STAYS = ("cache", "lock", "locks", "logs", "web")
_ATTACHMENTS = "HYPERKITTY_ATTACHMENT_FOLDER"
_OUR_MAPS = {"postfix_lmtp": layout.LMTP_MAP, "postfix_domains": layout.DOMAINS_MAP}


def relocated(survey: SuiteSurvey, places: Places) -> SuiteSurvey:
    """The survey with the web's settings naming our places for what is renamed to these."""
    if not places.web:
        return survey
    web = {name: _relocated(value, places.web) for name, value in survey["web_settings"].items()}
    return {**survey, "web_settings": web}


def _relocated(value: Any, place: str) -> Any:
    inside = isinstance(value, str) and f"{value}/".startswith(f"{place}/")
    return layout.WEB + value.removeprefix(place) if inside else value


def renames(survey: SuiteSurvey, installation: InstallationFound, places: Places) -> Renames | None:
    """The order for `host/window/renaming.py`; None if everything is in the suite's places."""
    if not places.web:
        return None
    database = databases(survey, places).get("web")
    attachments = survey["web_settings"].get(_ATTACHMENTS)
    return {
        "var": places.var,
        "to": layout.VAR,
        "stays": list(_STAYS),
        "files": {
            **({layout.WEB_DATABASE: database} if database else {}),
            **({_relocated(attachments, places.web): attachments} if attachments else {}),
        },
        "masked": [f"{layout.UNITS}/{unit}" for unit in places.units],
        "also": [layout.ETC, places.web],  # whose owners and modes change, and are restored
        "programs": ["/usr/share/mailman3-web/", "/usr/lib/mailman3/bin/", "/usr/bin/mailman"],
        "postfix": layout.POSTFIX_MAIN,
        "maps": {one: _our_map(one) for one in installation["maps"]},
    }


def databases(survey: SuiteSurvey, places: Places) -> dict[str, str]:
    """The databases' files before the window: `core` or `web` -> path; none of a server."""
    return {**files(survey, f"{places.var}/data")} if places.web else {}


def refusals(
    survey: SuiteSurvey, installation: InstallationFound, places: Places
) -> Iterator[Refusal]:
    """Every reason why the packages' data cannot be renamed to our places."""
    if not places.web:
        return
    yield from _other_files(survey, places)
    if installation["foreign"]:
        yield Refusal(
            found=f"{', '.join(installation['foreign'])} is on another file system than "
            f"{layout.HOME}",
            expected="a single file system, so that no data is copied during the downtime",
            remedy=f"make {layout.HOME} a directory of that file system first (mount --bind, and a "
            "line in /etc/fstab), then run this again",
        )
    odd = [one for one in installation["maps"] if _our_map(one) == one]
    if odd:
        yield Refusal(
            found=f"{layout.POSTFIX_MAIN} names {', '.join(odd)}",
            expected=f"the maps postfix_lmtp and postfix_domains in {places.var}/data, as hash",
            remedy="write them as the packages' README does, check that mail is delivered, then "
            "run this again",
        )


def _other_files(survey: SuiteSurvey, places: Places) -> Iterator[Refusal]:
    core = databases(survey, places).get("core")
    if core and core != f"{places.var}/data/mailman.db":
        yield Refusal(
            found=f"Core's SQLite file is {core}",
            expected=f"{places.var}/data/mailman.db",
            remedy="stop Core, move the file there, name it in mailman.cfg, start Core",
        )
    folder = survey["web_settings"].get(_ATTACHMENTS) or ""
    if folder and not folder.startswith(f"{places.web}/"):
        yield Refusal(
            found=f"{_ATTACHMENTS} is {folder}",
            expected=f"a directory below {places.web}, or none",
            remedy="move it there and correct the setting on the host; it is renamed with the rest",
        )


def _our_map(entry: str) -> str:
    """Our name of a map in Postfix's configuration; anything else is unchanged."""
    place = re.escape(f"{layout.PACKAGED_VAR}/data/")
    found = re.fullmatch(
        rf"(?:hash|btree|lmdb|cdb|\$\{{?default_database_type\}}?):{place}(\w+)", entry
    )
    if not found or found[1] not in _OUR_MAPS:
        return entry
    return f"${{default_database_type}}:{_OUR_MAPS[found[1]]}"
