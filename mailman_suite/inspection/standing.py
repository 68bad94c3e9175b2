"""The suite that runs on a host, for what is done to it without a change of release."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pyinfra import logger
from pyinfra.api.host import Host

from mailman_suite.base.refusal import Refusal, Refusals, Refused
from mailman_suite.facts.inspection import HostInspection
from mailman_suite.host.wire.inspection import Inspection
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import question, suite_of
from mailman_suite.preflight import roles
from mailman_suite.releases.catalogue import RELEASES, release_of_identifier
from mailman_suite.settings import Settings
from mailman_suite.suite import files as suite_files
from mailman_suite.suite.suite import Suite


def standing(host: Host) -> Suite:
    """The suite that runs on this host, whichever release its group data declares.

    Raises `Refused` if no suite of this repository runs, or the suite must not be touched now.
    """

    def of(settings: Settings) -> Suite:
        roles.require_one_host(settings)
        look = host.get_fact(HostInspection, arguments=question(settings))
        return suite_of(as_running(settings, look), look)

    return _or_refused(host, of)


def asked(host: Host) -> Suite:
    """The part of a suite that runs on this host, to be asked whether its users are served.

    A change of release that is due, or was taken back, does not stand in the way. Raises `Refused`
    if no suite of this repository runs, or a run or a window is changing it.
    """

    def of(settings: Settings) -> Suite:
        look = host.get_fact(HostInspection, arguments=question(settings))
        suite = suite_of(as_running(settings, look) if settings.runs_release else settings, look)
        suite_files.require_templates(suite)
        if suite.release.name != settings.release:
            runs = f"release {suite.release.name} runs, and group data declares {settings.release}"
            logger.info(f"{host.print_prefix}{runs}")
        return replace(suite, identifier=_expected(settings, suite, look))

    return _or_refused(host, of)


def _or_refused(host: Host, of: Callable[[Settings], Suite]) -> Suite:
    try:
        return of(declared_settings(host.data.dict()))
    except (Refusal, Refusals) as error:
        raise Refused(host.name, error.reasons) from None


def _expected(settings: Settings, suite: Suite, look: Inspection) -> str:
    """The release that should run: the declared one, or that of an unacknowledged rollback."""
    last, declared = look["window"], RELEASES[settings.release]
    is_back = last and (last["kind"], last["state"]) == ("rollback", "finished")
    if last and is_back and settings.acknowledged_window != last["id"]:
        return last["to"]
    if not declared.supports_python(suite.python_version):
        return suite.identifier
    return declared.identifier(suite.python_version)


def as_running(settings: Settings, look: Inspection) -> Settings:
    """The settings with the release that runs. Raises `Refusal` if no suite of ours runs.

    How the last window ended is acknowledged, since that only concerns a change of release.
    """
    found = look.get("suite", {"kind": "none", "release": ""})
    if found["kind"] != "ours":
        raise Refusal(
            found={
                "guide": "a suite made by hand",
                "packages": "the distribution's own Mailman 3 packages",
                "containers": "Mailman in containers",
            }.get(found["kind"], "no suite"),
            expected="a suite that deploys/mailman.py installed or took over",
            remedy="run deploys/mailman.py first",
        )
    last = look["window"]
    release = release_of_identifier(found["release"])
    update = {
        "acknowledged_window": last["id"] if last else settings.acknowledged_window,
        "release": release.name if release else settings.release,
    }
    return settings.model_copy(update=update)
