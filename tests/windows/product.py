"""Everything of the product that these tests use, imported in this one place."""

from mailman_suite.adoption import packages as adoption_packages
from mailman_suite.adoption.takeover import Adoption
from mailman_suite.base import layout
from mailman_suite.gates.model import REBUILD_INDEX
from mailman_suite.host.apply import files as managed_files
from mailman_suite.host.apply import units
from mailman_suite.host.backup import program as host_backup
from mailman_suite.host.check import core as verify_core
from mailman_suite.host.inspect import kept_windows
from mailman_suite.host.state import invariant_tables, invariants, manifest, schema, snapshot
from mailman_suite.host.window import by_hand, gate_changes, peers, room
from mailman_suite.host.window import health as window_health
from mailman_suite.host.window import mail as window_mail
from mailman_suite.host.window import program as host_window
from mailman_suite.host.window.journal import COMMITTED, Journal
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.releases import sides
from mailman_suite.suite import files as suite_files
from mailman_suite.suite import places
from mailman_suite.suite.needed_secrets import secret_references
from mailman_suite.suite.release_link import release_link
from mailman_suite.suite.suite import Suite
from mailman_suite.suite.units import declaration
from mailman_suite.windows import backup, restore, rollback
from mailman_suite.windows import upgrade as window

__all__ = [
    "COMMITTED",
    "REBUILD_INDEX",
    "Adoption",
    "Journal",
    "Suite",
    "adoption_packages",
    "backup",
    "by_hand",
    "declaration",
    "declared_settings",
    "gate_changes",
    "host_backup",
    "host_window",
    "invariant_tables",
    "invariants",
    "kept_windows",
    "layout",
    "managed_files",
    "manifest",
    "peers",
    "places",
    "release_link",
    "restore",
    "rollback",
    "room",
    "schema",
    "secret_references",
    "sides",
    "snapshot",
    "suite_files",
    "suite_of",
    "units",
    "verify_core",
    "window",
    "window_health",
    "window_mail",
]
