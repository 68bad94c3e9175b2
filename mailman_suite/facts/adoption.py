"""What surrounds a suite that is not taken over yet, and which of its secrets are."""

from __future__ import annotations

from mailman_suite.base import layout
from mailman_suite.base.host_program import ProgramFact
from mailman_suite.host.wire.installation import InstallationFound, InstallationQuestion
from mailman_suite.host.wire.secrets import AdoptedSecretsQuestion, SecretsToTakeOver
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


def secrets_question(suite: Suite) -> AdoptedSecretsQuestion:
    """The arguments of `host/apply/adopted_secrets.py` for the suite that runs where this will."""
    places = suite.places
    return {
        "directory": layout.SECRETS,
        "core_config": layout.CORE_CONFIG,
        "archiver_config": layout.ARCHIVER_CONFIG,
        "web_settings": places.web_settings,
        "python": places.python,
        "user": places.web_user,
        "given": list(suite.given_secrets),
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


class SecretsTakenOver(ProgramFact[SecretsToTakeOver]):
    """Names of secrets that have no file of their own yet, or have two values on the host."""

    program_name = "apply.adopted_secrets"
