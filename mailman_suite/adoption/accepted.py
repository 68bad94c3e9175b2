"""Whether group data may hold a value that a host has. Pure."""

from __future__ import annotations

from typing import Any

from mailman_suite.settings import Settings
from mailman_suite.settings.model import PREFIX
from mailman_suite.settings.reading import read


def accepted(name: str, value: Any, settings: Settings) -> Any:
    """The value as the setting `name` holds it; None if the setting refuses it.

    `settings` are those of the host; only those that must be set are used.
    """
    required = [one for one, field in Settings.model_fields.items() if field.is_required()]
    needed = {f"{PREFIX}{one}": getattr(settings, one) for one in required}
    found = read({**needed, f"{PREFIX}{name}": value}).settings
    return getattr(found, name) if found else None
