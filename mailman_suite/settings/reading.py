"""Reads settings from group data, and names every mistake. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from mailman_suite.base.refusal import Refusal
from mailman_suite.settings import Settings
from mailman_suite.settings.lists import ListSettings
from mailman_suite.settings.mistakes import misspelt, refusals_of
from mailman_suite.settings.model import PREFIX

_KNOWN = {"": [*Settings.model_fields], "lists": [*ListSettings.model_fields]}


@dataclass(frozen=True)
class Reading:
    """The settings of group data, or what is wrong with them.

    `settings` is None if a value is wrong or missing. `valid` has the values, without the prefix,
    that are valid by themselves, even if others are wrong.
    """

    settings: Settings | None
    valid: Mapping[str, Any]
    mistakes: tuple[Refusal, ...]


def read(data: Mapping[str, Any]) -> Reading:
    """One host's merged group data, `host.data.dict()`; every key with our prefix is a setting."""
    ours = {
        key.removeprefix(PREFIX): value for key, value in data.items() if key.startswith(PREFIX)
    }
    spelling = tuple(misspelt(data, PREFIX, _KNOWN[""]))
    try:
        return Reading(Settings.model_validate(ours), ours, spelling)
    except ValidationError as error:
        wrong = {one["loc"][0] for one in error.errors()}
        valid = {name: value for name, value in ours.items() if name not in wrong}
        return Reading(None, valid, (*refusals_of(error.errors(), PREFIX, _KNOWN), *spelling))
