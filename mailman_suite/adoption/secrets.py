"""Secrets that a suite made by hand has in two places. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.secrets import SecretsToTakeOver
from mailman_suite.suite.places import Places


@dataclass(frozen=True)
class _Places:
    """Where the side that checks a secret has it, and the line of the side that sends it."""

    checked: str
    name: str
    sent: str
    line: str


def refusals(found: SecretsToTakeOver, places: Places) -> Iterator[Refusal]:
    """Every secret of which the host has two values, none of them a placeholder.

    Part of such a suite does not work. What its other programs use is the value that is checked.
    """
    for name in found["differ"]:
        of = _places(places)[name]
        yield Refusal(
            found=f"{of.checked} and {of.sent} have two different values of the {name}",
            expected="one value, which the new suite gets on both sides",
            remedy=f"on the host, in {of.sent}, write {of.line}, with the value of {of.name} in "
            f"{of.checked}; or give mailman_{name} in group data",
        )


def _places(places: Places) -> Mapping[str, _Places]:
    core, archiver, web = layout.CORE_CONFIG, layout.ARCHIVER_CONFIG, places.own_settings
    return {
        "rest_password": _Places(
            core, "admin_pass ([webservice])", web, 'the line MAILMAN_REST_API_PASS = "VALUE"'
        ),
        "archiver_key": _Places(
            web, "MAILMAN_ARCHIVER_KEY", archiver, "below [general] the line api_key: VALUE"
        ),
    }
