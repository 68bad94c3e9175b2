"""The suite that settings declare on a host that was inspected, or why there can be none. Pure."""

from __future__ import annotations

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal, Refusals
from mailman_suite.host.wire.inspection import Inspection, LastWindow, Question
from mailman_suite.host.wire.nothing import Nothing
from mailman_suite.parts import chosen
from mailman_suite.preflight.refusals import python_of, refusals
from mailman_suite.releases.catalogue import RELEASES
from mailman_suite.releases.platforms import platform_of
from mailman_suite.releases.retention import old
from mailman_suite.settings import Settings
from mailman_suite.settings.secret_sources import all_fetched
from mailman_suite.suite import places as origins
from mailman_suite.suite.needed_secrets import secret_references
from mailman_suite.suite.suite import Suite


def question(settings: Settings) -> Question:
    """The arguments of `host/inspect/host.py` for these settings."""
    return {
        "interpreters": [settings.python],
        "files": [path for path in (settings.tls_certificate, settings.tls_key) if path],
        "configurations": _configurations(settings),
        "paths": {
            "home": layout.HOME,
            "venv": layout.VENV,
            "core_config": layout.CORE_CONFIG,
            "sides": layout.SIDES,
            "window": layout.WINDOW,
            "window_unit": layout.WINDOW_UNIT,
            "windows": layout.WINDOWS,
            "backup": layout.BACKUP,
            "backup_unit": layout.BACKUP_UNIT,
            "releases": layout.RELEASES,
            "rehearsal": layout.REHEARSAL_MARK,
        },
    }


def _configurations(settings: Settings) -> dict[str, list[str]]:
    mta = chosen.mta(settings)
    packages = {name for names in mta.packages.values() for name in names}
    return {mta.configuration: sorted(packages)} if settings.runs("core", "mta") else {}


def suite_of(settings: Settings, look: Inspection | None) -> Suite:
    """The suite for these settings on a host that looks like this. Raises `Refusal`, `Refusals`."""
    if look is None or look.get("python_missing"):
        raise _no_answer()
    platform = platform_of(look["os_release"])
    release = RELEASES[settings.release]
    if reasons := refusals(settings, platform, release, look):
        raise Refusals(reasons)
    python, version = python_of(settings, platform, look)
    assert version is not None, "refusals() refuses an unknown interpreter"
    return Suite(
        settings=settings,
        platform=platform,
        release=release,
        python=python,
        python_version=version,
        machine=look["machine"],
        given_secrets=all_fetched(secret_references(settings)),
        identifier=release.identifier(version),
        running=look["suite"]["release"],
        running_sides=look["suite"].get("sides", {}),
        by_hand=look["suite"]["kind"] in ("guide", "packages"),
        places=origins.of(look["suite"]["kind"]),
        last_run=look["run"]["last"],
        breaks=_breaks(look),  # or it was refused
        old=old(look, settings.keep_windows, release.identifier(version)),
        unproven=_unproven(look["window"]),
    )


def _no_answer() -> Refusal:
    return Refusal(
        found="no python3 on the host, or no answer from it",
        expected="the distribution's Python 3",
        remedy="install the package python3 there",
    )


def _breaks(look: Inspection) -> str:
    busy = look["run"]["busy"]
    return busy["run"] if busy else ""


def _unproven(last: LastWindow | Nothing) -> bool:
    """Whether the last window changed the release and no message has been delivered since."""
    if not last:
        return False
    return (last["kind"], last["state"]) == ("release", "finished") and not last["proven"]
