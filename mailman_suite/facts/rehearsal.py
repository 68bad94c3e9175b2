"""A staging host's rehearsal: which machine it is, which fences work, what the window did."""

from __future__ import annotations

from mailman_suite.base.host_program import ProgramFact
from mailman_suite.host.wire import rehearsal
from mailman_suite.host.wire.nothing import Nothing
from mailman_suite.host.wire.rehearsal import StagingFound, WindowResult


class Staging(ProgramFact[StagingFound]):
    """`{"machine", "mark"}` as `host/inspect/rehearsal.py` answers."""

    program_name = "inspect.rehearsal"


class Fences(ProgramFact[rehearsal.Fences]):
    """Fence -> whether it works, as `host/inspect/fences.py` answers."""

    program_name = "inspect.fences"


class LastWindow(ProgramFact[WindowResult | Nothing]):
    """What the last window did, as `host/inspect/last_window.py` answers."""

    program_name = "inspect.last_window"
