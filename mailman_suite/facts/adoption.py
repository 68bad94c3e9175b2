"""What surrounds a suite that is not taken over yet, and which of its secrets are."""

from __future__ import annotations

from mailman_suite.base import layout
from mailman_suite.base.host_program import ProgramFact
from mailman_suite.host.wire.installation import InstallationFound, InstallationQuestion
from mailman_suite.host.wire.secrets import MissingSecrets
from mailman_suite.suite import files
from mailman_suite.suite.suite import Suite


def question(suite: Suite) -> InstallationQuestion:
    """The arguments of `host/inspect/installation.py` for what runs where this suite will."""
    places = suite.places
    return {
        "venv": layout.VENV,
        "proxy": suite.proxy.found(places.upstreams),
        "var": places.var,
        "home": layout.HOME,
        "postfix": suite.mta.configuration,
        "directories": _directories(suite),
    }


def _directories(suite: Suite) -> dict[str, list[str]]:
    """Those that a window makes ours, and Core's data, which it keeps a copy of."""
    made = files.directories(suite.settings).directories
    accounts = [suite.places.core_user, suite.places.web_user]
    data = {f"{suite.places.var}/{name}": accounts for name in ("queue", "messages", "archives")}
    return {**data, **{one.path: [one.owner] for one in made}}


class Installation(ProgramFact[InstallationFound]):
    """Units, sites, maps and foreign file systems, as `host/inspect/installation.py` answers."""

    program_name = "inspect.installation"


class SecretsTakenOver(ProgramFact[MissingSecrets]):
    """`{"missing": [...]}`: names of secrets that have no file of their own yet."""

    program_name = "apply.adopted_secrets"
