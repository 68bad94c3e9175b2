"""What one backup is to do on its host, as plain values. Pure."""

from __future__ import annotations

from typing import Any

from mailman_suite.base import layout
from mailman_suite.suite.suite import Suite
from mailman_suite.windows import upgrade

UNIT_FILES = (
    f"{layout.UNITS}/{layout.BACKUP_UNIT}",
    f"{layout.UNITS}/{layout.BACKUP_RECOVERY_UNIT}",
)
# What a backup does as a window does it, and so has to be told alike.
_AS_A_WINDOW = (
    *("id", "from", "databases", "databases_before", "var", "paths", "units", "user"),
    *("window_unit", "closed", "proxy", "mta", "transport"),
    *("patience", "core_questions", "web_questions", "lists_page"),
)


def order(suite: Suite, name: str) -> dict[str, Any]:
    """The content of `order.json`."""
    whole = upgrade.order(suite, name, {})
    return {
        **{key: whole[key] for key in _AS_A_WINDOW},
        "python": f"{layout.BIN}/python",
        "archives": layout.BACKUPS,
        "keep": suite.settings.keep_backups,
        "backup_unit": layout.BACKUP_UNIT,
    }
