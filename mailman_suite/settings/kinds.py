"""The kinds of text that settings hold: each with its rule, and with its name for the reader.

The rules are those of `base/names.py`; what breaks one raises `Refusal` with the setting's name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from mailman_suite.base import names
from mailman_suite.settings.model import PREFIX


@dataclass(frozen=True)
class Words:
    """How docs/settings.md calls a kind of value."""

    text: str


def _kept(rule: Callable[[str, str], str]) -> AfterValidator:
    """The rule, told which setting it judges."""

    def judged(value: str, info: ValidationInfo) -> str:
        return rule(value, f"{PREFIX}{info.field_name}")

    return AfterValidator(judged)


def _kept_unless_empty(rule: Callable[[str, str], str]) -> AfterValidator:
    def judged(value: str, info: ValidationInfo) -> str:
        return rule(value, f"{PREFIX}{info.field_name}") if value else ""

    return AfterValidator(judged)


HostName = Annotated[str, _kept(names.host_name), Words("fully qualified host name")]
ReachableName = Annotated[str, _kept(names.reachable_name), Words("host name or IPv4 address")]
Address = Annotated[str, _kept(names.address), Words("mail address")]
AddressOrEmpty = Annotated[str, _kept_unless_empty(names.address), Words('mail address, or `""`')]
HostPathOrEmpty = Annotated[
    str, _kept_unless_empty(names.host_path), Words('absolute path on the host, or `""`')
]
UserName = Annotated[str, _kept(names.identifier), Words("Django user name")]
DatabaseName = Annotated[str, AfterValidator(names.database_name), Words("PostgreSQL name")]
ModulePath = Annotated[str, _kept(names.module_path), Words("dotted Python path")]
