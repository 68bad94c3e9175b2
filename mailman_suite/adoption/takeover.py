"""A suite made by hand: what group data has to declare before it can be taken over. Pure.

Everything that the host's own files set is either what we set too, or declared in group data, or
named in `mailman_adoption_ignores`; otherwise the run says which lines are missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailman_suite.adoption import databases, packages
from mailman_suite.adoption.known import CORE_EQUAL, CORE_OURS, USUAL_APPS, WEB_EQUAL, WEB_OURS
from mailman_suite.base import layout
from mailman_suite.base.plain_values import literal
from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.installation import InstallationFound
from mailman_suite.host.wire.survey import SuiteSurvey
from mailman_suite.parts.chosen import proxy
from mailman_suite.settings import Settings
from mailman_suite.suite.adopted import Adoption
from mailman_suite.suite.places import VIRTUALENV, Places

_MASKED = "(masked)"


def adoption(
    survey: SuiteSurvey,
    installation: InstallationFound,
    settings: Settings,
    places: Places = VIRTUALENV,
) -> Adoption:
    """The host's own things that ours replace."""
    ours = (*layout.SERVICES, layout.WINDOW_UNIT, layout.RECOVERY_UNIT)
    units = (*places.units, *installation["units"])
    return Adoption(
        core=survey["versions"].get("mailman", ""),
        units=tuple(name for name in units if name not in ours),
        sites=tuple(
            site["path"] for site in installation["sites"] if site["path"] != proxy(settings).site
        ),
        moved={} if places.web else databases.moved(survey, settings),
        renamed=packages.databases(survey, places),
        renames=packages.renames(survey, installation, places),
        drop_ins=tuple(installation["drop_ins"]),
    )


@dataclass(frozen=True)
class Undeclared:
    """Settings of the host that group data lacks, as lines of group data."""

    core: Mapping[str, Mapping[str, str]]
    web: Mapping[str, Any]
    apps: tuple[str, ...]
    aliases: tuple[str, ...]
    unsayable: tuple[str, ...]  # secrets, and values that are no plain ones

    @property
    def names(self) -> list[str]:
        """What mailman_adoption_ignores would have to name."""
        core = [f"[{section}] {key}" for section, keys in self.core.items() for key in keys]
        return [*core, *self.web, *self.apps, *self.aliases, *self.unsayable]


def refusals(
    survey: SuiteSurvey,
    installation: InstallationFound,
    settings: Settings,
    places: Places = VIRTUALENV,
) -> Iterator[Refusal]:
    """Every reason why this host cannot be taken over with this group data.

    Where there is no suite in the virtual environment, a gate has said so already.
    """
    if "mailman" not in survey["versions"]:
        return
    yield from _var_dir(survey, places)
    yield from _unsuited(installation)
    yield from _site_owner(survey, settings)
    yield from databases.refusals(survey, settings)
    yield from packages.refusals(survey, installation, places)
    yield from _https(installation, settings)
    missing = undeclared(packages.relocated(survey, places), settings)
    if missing.names:
        yield _undeclared(missing, settings)


def undeclared(survey: SuiteSurvey, settings: Settings) -> Undeclared:
    """What only the host's own files set."""
    ignored = set(settings.adoption_ignores)
    core, secret = _core(survey["core_config"], settings, ignored)
    web, unreadable = _web(survey["web_settings"], settings, ignored)
    return Undeclared(
        core=core,
        web=web,
        apps=_apps(survey["web_settings"], settings, ignored),
        aliases=_aliases(survey["web_settings"], settings, ignored),
        unsayable=(*secret, *unreadable),
    )


def _core(
    config: Mapping[str, Mapping[str, str]], settings: Settings, ignored: set[str]
) -> tuple[dict[str, dict[str, str]], list[str]]:
    found: dict[str, dict[str, str]] = {}
    secret = []
    for section, key, value in _core_entries(config):
        name = f"[{section}] {key}"
        if name in ignored or key in settings.core_config.get(section, {}):
            continue
        if value == _MASKED:
            secret.append(name)
        else:
            found.setdefault(section, {})[key] = value.strip()
    return found, secret


def _core_entries(config: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str, str]]:
    """What is not decided by our own files."""
    # A layout's paths are ours; a logger of a layout's name, which packages have, logs nothing.
    layouts = {one for one in config if one.startswith("paths.")}
    layouts |= {one.replace("paths.", "logging.") for one in layouts}
    for section, keys in config.items():
        for key, value in keys.items():
            ours = (section, key) in CORE_OURS or section in layouts
            if not ours and value not in CORE_EQUAL.get((section, key), ()):
                yield section, key, value


def _web(
    given: Mapping[str, Any], settings: Settings, ignored: set[str]
) -> tuple[dict[str, Any], list[str]]:
    ours = {
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https" if settings.tls_certificate else "http",
        "DEFAULT_FROM_EMAIL": settings.site_owner,
        "SERVER_EMAIL": settings.site_owner,
    }
    found: dict[str, Any] = {}
    unsayable = []
    for name, value in given.items():
        same = value in WEB_EQUAL.get(name, ()) or ours.get(name) == value
        if name in WEB_OURS or same or name in ignored or name in settings.web_settings:
            continue
        if _is_plain(value):
            found[name] = value
        else:
            unsayable.append(name)
    return found, unsayable


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return "unreadable" not in value and all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return bool(value != _MASKED)


def _apps(given: Mapping[str, Any], settings: Settings, ignored: set[str]) -> tuple[str, ...]:
    known = {*USUAL_APPS, *settings.web_apps, *ignored}
    return tuple(app for app in given.get("INSTALLED_APPS", ()) if app not in known)


def _aliases(given: Mapping[str, Any], settings: Settings, ignored: set[str]) -> tuple[str, ...]:
    known = {"*", "localhost", layout.LOOPBACK, "::1", settings.web_host, *settings.web_aliases}
    hosts = given.get("ALLOWED_HOSTS", ())
    return tuple(name for name in hosts if name not in known | ignored)


def _undeclared(missing: Undeclared, settings: Settings) -> Refusal:
    return Refusal(
        found=f"the host's own files set what group data does not: {', '.join(missing.names)}",
        expected="every setting declared, so that none is lost",
        remedy="put these lines into the host's group data, with the values that you want; "
        "name settings to drop in mailman_adoption_ignores:\n"
        + "\n".join(f"       {line}" for line in lines(missing, settings)),
    )


def lines(missing: Undeclared, settings: Settings) -> list[str]:
    """The lines of group data that keep what the host has."""
    core = {section: dict(keys) for section, keys in settings.core_config.items()}
    for section, keys in missing.core.items():
        core.setdefault(section, {}).update(keys)
    said = {
        "mailman_core_config": core if missing.core else None,
        "mailman_web_settings": {**settings.web_settings, **missing.web} if missing.web else None,
        "mailman_web_apps": [*settings.web_apps, *missing.apps] if missing.apps else None,
        "mailman_web_aliases": [*settings.web_aliases, *missing.aliases]
        if missing.aliases
        else None,
        "mailman_adoption_ignores": [*settings.adoption_ignores, *missing.unsayable]
        if missing.unsayable
        else None,
    }
    return [f"{name} = {literal(value)}" for name, value in said.items() if value]


def _var_dir(survey: SuiteSurvey, places: Places) -> Iterator[Refusal]:
    if survey["var_dir"] != places.var:
        yield Refusal(
            found=f"Core keeps its data in {survey['var_dir']}",
            expected=places.var,
            remedy="stop Core, move the directory there, leave a link in its old place, name the "
            "new one in mailman.cfg, start Core, then run this again",
        )


def _unsuited(installation: InstallationFound) -> Iterator[Refusal]:
    for path, why in installation["unsuited"].items():
        yield Refusal(
            found=f"{path} {why}",
            expected="a directory of the suite's own account in that place, or none; root follows "
            "no link that another account may have made",
            remedy="correct its owner; or stop Core and the web, replace the link by an empty "
            "directory, and mount what it leads to there (mount --bind, and a line in /etc/fstab)",
        )


def _site_owner(survey: SuiteSurvey, settings: Settings) -> Iterator[Refusal]:
    owner = survey["core_config"].get("mailman", {}).get("site_owner", settings.site_owner)
    if owner != settings.site_owner:
        yield Refusal(
            found=f"Core's site_owner is {owner}",
            expected=f"mailman_site_owner, which is {settings.site_owner}",
            remedy=f'set mailman_site_owner = "{owner}", or correct mailman.cfg on the host',
        )


def _https(installation: InstallationFound, settings: Settings) -> Iterator[Refusal]:
    served = [site["path"] for site in installation["sites"] if site["https"]]
    if served and not settings.tls_certificate:
        yield Refusal(
            found=f"{', '.join(served)} serves the pages over HTTPS",
            expected="mailman_tls_certificate and mailman_tls_key",
            remedy="set both to the paths of ssl_certificate and ssl_certificate_key in that file",
        )
