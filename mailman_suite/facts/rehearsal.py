"""What a staging host says of rehearsals: which machine it is, and which fences stand."""

from __future__ import annotations

from mailman_suite.host_program import ProgramFact


class Staging(ProgramFact):
    """`{"machine", "mark"}` as `host/rehearsal_look.py` answers."""

    program_name = "rehearsal_look"


class Fences(ProgramFact):
    """Fence -> whether it stands, as `host/fences.py` answers."""

    program_name = "fences"


class LastWindow(ProgramFact):
    """What the last window did, as `host/rehearsal_window.py` answers."""

    program_name = "rehearsal_window"
