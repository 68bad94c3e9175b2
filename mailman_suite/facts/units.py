"""What has to be done so that systemd's units are as declared."""

from __future__ import annotations

from mailman_suite.base.host_program import ProgramFact


class Units(ProgramFact):
    """`{"enable", "start", "restart", "reload", "daemon_reload"}` as `apply/units.py` answers."""

    program_name = "apply.units"
