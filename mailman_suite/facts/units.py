"""What to do so that systemd's units are as declared."""

from __future__ import annotations

from mailman_suite.base.host_program import ProgramFact
from mailman_suite.host.wire.units import UnitsToDo


class Units(ProgramFact[UnitsToDo]):
    """`{"enable", "start", "restart", "reload", "daemon_reload"}` as `apply/units.py` answers."""

    program_name = "apply.units"
