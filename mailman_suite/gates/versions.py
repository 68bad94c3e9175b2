"""The order of versions by upstream's history, and the gates that a change of version crosses.

Version comparisons live here and in `releases.py`, nowhere else. Pure but for reading our locks.
"""

from __future__ import annotations

import re
from functools import lru_cache

from packaging.version import Version

from mailman_suite.gates.model import ANY, SUITE
from mailman_suite.host.wire.survey import SuiteSurvey
from mailman_suite.releases.catalogue import Release

# Every release of the suite's packages that upstream's index or changelogs know, oldest first.
PUBLISHED: dict[str, tuple[str, ...]] = {
    package: tuple(versions.split())
    for package, versions in {
        "mailman": "3.0.0 3.0.1 3.0.2 3.0.3 3.1.0 3.1.1 3.2.0 3.2.1 3.2.2 3.3.0 3.3.1 3.3.2 3.3.3 "
        "3.3.4 3.3.5 3.3.6 3.3.7 3.3.8 3.3.9 3.3.10",
        "postorius": "1.0.0 1.0.1 1.0.2 1.0.3 1.1.0 1.1.1 1.1.2 1.2.0 1.2.1 1.2.2 1.2.3 1.2.4 "
        "1.3.0 1.3.1 1.3.2 1.3.3 1.3.4 1.3.5 1.3.6 1.3.7 1.3.8 1.3.9 1.3.10 1.3.11 1.3.12 1.3.13",
        "hyperkitty": "1.0.0 1.0.1 1.0.2 1.0.3 1.1.0 1.1.1 1.1.2 1.1.3 1.1.4 1.2.0 1.2.1 1.2.2 "
        "1.3.0 1.3.1 1.3.2 1.3.3 1.3.4 1.3.5 1.3.6 1.3.7 1.3.8 1.3.9 1.3.10 1.3.11 1.3.12",
        "django-mailman3": "1.0.0 1.0.1 1.1.0 1.2.0 1.3.0 1.3.1 1.3.2 1.3.3 1.3.4 1.3.5 1.3.6 "
        "1.3.7 1.3.8 1.3.9 1.3.10 1.3.11 1.3.12 1.3.13 1.3.14 1.3.15",
        "mailman-web": "0.0.1 0.0.2 0.0.3 0.0.4 0.0.5 0.0.6 0.0.7 0.0.8 0.0.9",
        "mailman-hyperkitty": "1.0.0 1.1.0 1.1.1 1.2.0 1.2.1",
        "mailmanclient": "1.0.0 1.0.1 3.0.0 3.1 3.1.0 3.1.1 3.2.0 3.2.1 3.2.2 3.3.0 3.3.1 3.3.2 "
        "3.3.3 3.3.4 3.3.5",
    }.items()
}

# The oldest versions that an upgrade may begin from: the first whose web side is Python 3.
FIRST = {
    "mailman": "3.2.0",
    "postorius": "1.2.0",
    "hyperkitty": "1.2.0",
    "django-mailman3": "1.2.0",
}
# Whole sets whose direct upgrade was run with data in them, by Core's version.
TESTED_FROM = ("3.2.0", "3.3.0", "3.3.4", "3.3.8", "3.3.9")

# Core's schema revisions since 3.2.0, oldest first -> the last Core that is finished with it. The
# ones between two releases' heads are what an interrupted migration leaves behind.
CORE_REVISIONS = {
    "b2e694dfde35": "3.2.2",
    "15401063d4e3": "3.2.2",
    "2d2d0ef0828f": "3.2.2",
    "83339e4039da": "3.3.0",
    "d151c0b8d6f7": "3.3.1",
    "9735f5e5dbdb": "3.3.2",
    "2b73fbcc97c9": "3.3.4",
    "472e6d713047": "3.3.4",
    "ec5fe422e27c": "3.3.4",
    "bc0c49c6dda2": "3.3.4",
    "98224512c9c2": "3.3.8",
    "2156fc3f6f7d": "3.3.9",
    "729a8f2045da": "3.3.9",
    "8cc1f79f4459": "3.3.10",
}
# Migrations that gates are about -> the last version of their package that is without them.
WEB_MIGRATIONS = {
    "django-allauth": ("account", "0006_emailaddress_lower", "0.55.2"),
    "django-mailman3": ("django_mailman3", "0003_sessions", "1.3.10"),
}
# The oldest PostgreSQL server that a Django series supports (its release notes).
OLDEST_POSTGRESQL = {"4.1": 11, "4.2": 12, "5.2": 14}

# Distributions add an epoch and a revision of their own (1:3.3.8-2~deb12u2), we a local part.
_VERSION = re.compile(r"(?:\d+:)?(\d+(?:\.\d+)*(?:\.?(?:a|b|rc|dev|post)\d+)*)(?:[+~-].*)?")


def public(text: str) -> Version | None:
    """Upstream's version in what is installed; None for what is no version number."""
    match = _VERSION.fullmatch(text)
    return Version(match[1]) if match else None


def is_published(package: str, text: str) -> bool:
    """Whether upstream released this version of a package of the suite."""
    found = public(text)
    return found is not None and found in map(Version, PUBLISHED[package])


def is_older(one: str, other: str) -> bool:
    """Whether the first version is lower than the second. What is not installed is older than all.

    Raises nothing: what is no version number is never older, and `known_versions` stops it.
    """
    if not one:
        return bool(other)
    first, second = public(one), public(other)
    return first is not None and second is not None and first < second


def is_crossed(gate: str, since: str, before: str, after: str) -> bool:
    """Whether a change from `before` to `after` crosses a gate at this version."""
    if gate == ANY:
        return public(before) != public(after) if before else bool(after)
    if since and is_older(before, since):
        return False
    return is_older(before, gate) and not is_older(after, gate)


def before(component: str, survey: SuiteSurvey) -> str:
    """The version that a host has; "" where the component is not installed.

    It is as old as its schema: a newer package that has never run has done nothing yet.
    """
    installed = survey["versions"].get(component, "")
    schema = _of_schema(component, survey)
    return schema if schema and is_older(schema, installed) else installed


def _of_schema(component: str, survey: SuiteSurvey) -> str:
    """The newest version that a component's schema fits; "" where the schema does not tell."""
    if component == "mailman":
        return CORE_REVISIONS.get(survey["core_head"] or "", "")
    if component not in WEB_MIGRATIONS or survey["web_migrations"] is None:
        return ""
    app, migration, without = WEB_MIGRATIONS[component]
    return "" if migration in survey["web_migrations"].get(app, []) else without


def after(component: str, release: Release) -> str:
    """The version of a component in a release; "" for one that it does not hold."""
    return dict(release.packages).get(component) or _locked(release).get(component, "")


def moves(survey: SuiteSurvey, release: Release) -> bool:
    """Whether anything of the suite changes its version on the way to this release."""
    components = [name for name, _ in release.packages] + ["django"]
    return any(
        is_crossed(ANY, "", before(name, survey), after(name, release)) for name in components
    )


def ends(component: str, survey: SuiteSurvey, release: Release) -> tuple[str, str]:
    """A component's version before and after; the suite has the version of its Core."""
    if component == SUITE:
        return before("mailman", survey), release.core
    return before(component, survey), after(component, release)


@lru_cache
def _locked(release: Release) -> dict[str, str]:
    """Every package of a release's lock with its version."""
    text = release.lock_for(release.pythons[-1]).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", text, re.MULTILINE))
