"""One suite on four hosts on paper: each role new, as declared, or a release behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mailman_suite.facts.postfix import WRITTEN
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.parts.mta.postfix_edge import EDGE_PARAMETERS, Edge, edge_changes
from tests.plans.fleet_on_paper import DEBIAN_12, IDENTIFIER, OLDER, Paper
from tests.plans.suite_on_paper import SPLIT, bare, converged, data, look
from tests.unit import surveyed

HOSTS = {
    "database": ["10.0.0.10"],
    "core": ["10.0.0.11"],
    "web": ["10.0.0.12"],
    "mta": ["10.0.0.14"],
}
ROLES = tuple(HOSTS)
RELEASED = ("core", "web")


def declared(role: str, **more: Any) -> dict[str, Any]:
    """The group data of the host with this role, beyond those of every suite."""
    return {**SPLIT, "mailman_hosts": HOSTS, "mailman_address": HOSTS[role][0], **more}


def current(role: str, **more: Any) -> Paper:
    """A host that is as declared."""
    its = declared(role, **more)
    facts = {
        **converged(DEBIAN_12, **its),
        "PostfixParameters": _postfix(role),
        "LocalDomains": "lists.unit.test",
        "Observations": {},
    }
    if role not in RELEASED:
        facts["HostInspection"] = look(DEBIAN_12)
    return Paper(data(DEBIAN_12, **its), facts)


def older(role: str, **more: Any) -> Paper:
    """A host that runs 3.3.10; without a release of its own it is as declared."""
    paper = current(role, **more)
    if role not in RELEASED:
        return paper
    state = {**paper.facts["ReleaseState"], "built": ""}
    behind = {"HostInspection": look(DEBIAN_12, IDENTIFIER[OLDER.name]), "ReleaseState": state}
    return replace(paper, facts={**paper.facts, "Survey": surveyed.converged(OLDER), **behind})


def new(role: str) -> Paper:
    """A host that has nothing yet but the Postfix that its run has just installed."""
    parameters = {**dict.fromkeys((*EDGE_PARAMETERS, "relayhost"), ""), WRITTEN: ""}
    more = {"LocalDomains": "lists.unit.test", "Observations": {}, "PostfixParameters": parameters}
    return Paper(data(DEBIAN_12, **declared(role)), {**bare(DEBIAN_12), **more})


def _postfix(role: str) -> dict[str, str]:
    """What Postfix answers where it is as the role wants it."""
    if role == "core":
        (way_out,) = HOSTS["mta"]
        return {"relayhost": f"[{way_out}]", "mynetworks": "", WRITTEN: f"[{way_out}]"}
    settings = declared_settings(data(DEBIAN_12, **declared("mta")))
    senders = (*HOSTS["core"], *HOSTS["web"])
    edge = Edge(tuple(settings.domains), HOSTS["core"][0], senders)
    unset = dict.fromkeys(EDGE_PARAMETERS, "")
    return {**unset, **edge_changes(unset, edge), WRITTEN: ""}
