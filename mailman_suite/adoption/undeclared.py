"""What a suite made by hand sets and group data does not. Pure.

Everything that the host's own files set is either what we set too, or declared in group data, or
named in `mailman_adoption_ignores`; otherwise the run says which lines are missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailman_suite.adoption.accepted import accepted
from mailman_suite.adoption.known import CORE_EQUAL, CORE_OURS, USUAL_APPS, WEB_EQUAL, WEB_OURS
from mailman_suite.base import layout
from mailman_suite.base.plain_values import literal
from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.survey import SuiteSurvey
from mailman_suite.settings import Settings

_MASKED = "(masked)"


@dataclass(frozen=True)
class Undeclared:
    """Settings of the host that group data lacks, as lines of group data."""

    core: Mapping[str, Mapping[str, str]]
    web: Mapping[str, Any]
    apps: tuple[str, ...]
    aliases: tuple[str, ...]
    unsayable: tuple[str, ...]  # secrets, and what the settings refuse

    @property
    def names(self) -> list[str]:
        """What mailman_adoption_ignores would have to name."""
        core = [f"[{section}] {key}" for section, keys in self.core.items() for key in keys]
        return [*core, *self.web, *self.apps, *self.aliases, *self.unsayable]


def refusals(survey: SuiteSurvey, settings: Settings) -> Iterator[Refusal]:
    """The lines that group data lacks, if it does."""
    missing = undeclared(survey, settings)
    if missing.names:
        yield _undeclared(missing, settings)


def undeclared(survey: SuiteSurvey, settings: Settings) -> Undeclared:
    """What only the host's own files set."""
    ignored = set(settings.adoption_ignores)
    core, secret = _core(survey["core_config"], settings, ignored)
    web, unreadable = _web(survey["web_settings"], settings, ignored)
    apps, no_modules = _apps(survey["web_settings"], settings, ignored)
    aliases, no_names = _aliases(survey["web_settings"], settings, ignored)
    unsayable = (*secret, *unreadable, *no_modules, *no_names)
    return Undeclared(core=core, web=web, apps=apps, aliases=aliases, unsayable=unsayable)


def _core(
    config: Mapping[str, Mapping[str, str]], settings: Settings, ignored: set[str]
) -> tuple[dict[str, dict[str, str]], list[str]]:
    found: dict[str, dict[str, str]] = {}
    secret = []
    for section, key, value in _core_entries(config):
        name = f"[{section}] {key}"
        if name in ignored or key in settings.core_config.get(section, {}):
            continue
        config = {section: {key: value.strip()}}
        if _MASKED in value or not accepted("core_config", config, settings):
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
        if _is_plain(value) and accepted("web_settings", {name: value}, settings):
            found[name] = value
        else:
            unsayable.append(name)
    return found, unsayable


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return "unreadable" not in value and all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return not (isinstance(value, str) and _MASKED in value)


_Names = tuple[tuple[str, ...], tuple[str, ...]]  # those that the settings accept, and the others


def _apps(given: Mapping[str, Any], settings: Settings, ignored: set[str]) -> _Names:
    known = {*USUAL_APPS, *settings.web_apps, *ignored}
    apps = [app for app in given.get("INSTALLED_APPS", ()) if app not in known]
    return _divided("web_apps", apps, settings)


def _aliases(given: Mapping[str, Any], settings: Settings, ignored: set[str]) -> _Names:
    known = {"*", "localhost", layout.LOOPBACK, "::1", settings.web_host, *settings.web_aliases}
    # Django compares without regard to case, and our settings hold small letters.
    hosts = [name for name in given.get("ALLOWED_HOSTS", ()) if name.lower() not in known]
    return _divided("web_aliases", [name for name in hosts if name not in ignored], settings)


def _divided(setting: str, names: Sequence[str], settings: Settings) -> _Names:
    said = {name: accepted(setting, [name], settings) for name in names}
    others = tuple(name for name, value in said.items() if not value)
    return tuple(value[0] for value in said.values() if value), others


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
