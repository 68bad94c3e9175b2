"""What a staging host says of rehearsals: which machine it is, and which fences stand."""

from __future__ import annotations

from mailman_suite.base.host_program import ProgramFact


class Staging(ProgramFact):
    """`{"machine", "mark"}` as `host/inspect/rehearsal.py` answers."""

    program_name = "inspect.rehearsal"


class Fences(ProgramFact):
    """Fence -> whether it stands, as `host/inspect/fences.py` answers."""

    program_name = "inspect.fences"


class LastWindow(ProgramFact):
    """What the last window did, as `host/inspect/last_window.py` answers."""

    program_name = "inspect.last_window"
