"""Mailman Core: what its configuration says beside what the other settings decide."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from mailman_suite.base import plain_values
from mailman_suite.settings.kinds import Words
from mailman_suite.settings.model import Frozen
from mailman_suite.settings.secret_references import belongs_elsewhere

# Settings that carry secrets have their own keys; nothing bypasses them.
_ELSEWHERE = {
    ("webservice", "admin_pass"): "mailman_rest_password",
    ("database", "url"): "mailman_database and the mailman_database_* settings",
    ("database", "class"): "mailman_database",
}


def _without_secrets(value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    for (section, key), setting in _ELSEWHERE.items():
        if key in value.get(section, {}):
            raise belongs_elsewhere(f"mailman_core_config['{section}']['{key}']", setting)
    return plain_values.core_config(value)


class CoreSettings(Frozen, title="Mailman Core"):
    """Core receives and delivers mail, and knows lists and members."""

    usenet: Annotated[bool, Field(examples=[True])] = False
    """True starts Core's `nntp` runner. Set it if a list exchanges messages with a Usenet group."""

    core_config: Annotated[
        dict[str, dict[str, str | int | bool]],
        AfterValidator(_without_secrets),
        Words("dictionary from sections of `mailman.cfg` to dictionaries from options to values"),
        Field(examples=[{"mta": {"max_recipients": 50}}]),
    ] = Field(default_factory=dict)
    """Any other options of `mailman.cfg`. They are merged with the template's, and your value wins.
    Secrets and databases are refused here, since they have settings of their own.
    """
