"""What one backup is to do on its host, as plain values. Pure."""

from __future__ import annotations

from mailman_suite.base import layout
from mailman_suite.host.wire.order import BackupOrder
from mailman_suite.suite.suite import Suite
from mailman_suite.windows import upgrade

UNIT_FILES = (
    f"{layout.UNITS}/{layout.BACKUP_UNIT}",
    f"{layout.UNITS}/{layout.BACKUP_RECOVERY_UNIT}",
)


def order(suite: Suite, name: str) -> BackupOrder:
    """The content of `order.json`."""
    whole = upgrade.order(suite, name, {"units": {}, "stamps": ""})
    return {
        "id": whole["id"],
        "from": whole["from"],
        "python": f"{layout.BIN}/python",
        "user": whole["user"],
        "databases": whole["databases"],
        "databases_before": whole["databases_before"],
        "var": whole["var"],
        "paths": whole["paths"],
        "units": whole["units"],
        "window_unit": whole["window_unit"],
        "closed": whole["closed"],
        "proxy": whole["proxy"],
        "mta": whole["mta"],
        "transport": whole["transport"],
        "patience": whole["patience"],
        "core_questions": whole["core_questions"],
        "web_questions": whole["web_questions"],
        "lists_page": whole["lists_page"],
        "archives": layout.BACKUPS,
        "keep": suite.settings.keep_backups,
        "backup_unit": layout.BACKUP_UNIT,
    }
