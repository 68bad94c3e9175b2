"""The suite that runs on a host, for what is done to it without a change of release."""

from __future__ import annotations

from pyinfra.api.host import Host

from mailman_suite.base.refusal import Refusal, Refusals, Refused
from mailman_suite.facts.inspection import HostInspection
from mailman_suite.host.wire.inspection import Inspection
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import question, suite_of
from mailman_suite.preflight import roles
from mailman_suite.releases.catalogue import release_of_identifier
from mailman_suite.settings import Settings
from mailman_suite.suite.suite import Suite


def standing(host: Host) -> Suite:
    """The suite that runs on this host, whichever release its group data declares.

    Raises `Refused` if no suite of this repository runs, or the suite must not be touched now.
    """
    try:
        settings = declared_settings(host.data.dict())
        roles.require_one_host(settings)
        look = host.get_fact(HostInspection, arguments=question(settings))
        return suite_of(as_running(settings, look), look)
    except (Refusal, Refusals) as error:
        raise Refused(host.name, error.reasons) from None


def as_running(settings: Settings, look: Inspection) -> Settings:
    """The settings with the release that runs. Raises `Refusal` if no suite of ours runs."""
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
    release = release_of_identifier(found["release"])
    return settings.model_copy(update={"release": release.name}) if release else settings
