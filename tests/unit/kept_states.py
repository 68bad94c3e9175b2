"""What windows keep, as `host/inspect/kept_windows.py` tells it, for tests of rollbacks."""

from __future__ import annotations

from typing import Any

from mailman_suite.base import layout
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.parts.database.connections import connections
from mailman_suite.suite.suite import Suite
from mailman_suite.windows import upgrade
from tests.bad_settings import GOOD
from tests.plans.paper_hosts import paper_hosts
from tests.plans.suite_on_paper import look

OLD = "3.3.10-py3.11-0123456789ab"
ID = "20261121T144006-3.3.10+django52"
(DEBIAN_12,) = [host for host in paper_hosts(supported=True) if host.name == "debian-12"]


def standing(**data: Any) -> Suite:
    """A suite that runs as it is declared; `data` is further group data."""
    settings = declared_settings({**GOOD, **data})
    runs = suite_of(settings, look(DEBIAN_12)).identifier
    return suite_of(settings, look(DEBIAN_12, runs))


def kept(**more: Any) -> dict[str, Any]:
    """A window that changed the release and its data; `more` replaces parts of the answer."""
    suite = standing()
    order = upgrade.order(suite, ID, {})
    services = [layout.CORE_UNIT, layout.QCLUSTER_UNIT, layout.WEB_UNIT]
    return {
        "directory": f"{layout.WINDOWS}/{ID}",
        "id": ID,
        "made": "2026-11-21T14:40:06+00:00",
        "from": OLD,
        "to": suite.identifier,
        "data": ["core", "web"],
        "aside": {},
        "missing": [],
        "renamed": False,
        "other_passwords": [],
        "databases": connections(suite.settings),
        "paths": order["paths"],
        "units": order["units"],
        "running": [*services, "mailman-notify.timer", "mailman-notify.service"],
        **more,
    }
