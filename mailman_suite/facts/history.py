"""Who did what on a host, by the host's own records."""

from __future__ import annotations

from mailman_suite.base import layout
from mailman_suite.base.host_program import ProgramFact
from mailman_suite.host.wire.runs import HistoryQuestion, Records

QUESTION: HistoryQuestion = {"history": layout.HISTORY, "places": [layout.WINDOW, layout.BACKUP]}


class History(ProgramFact[Records]):
    """What `host/apply/runs.py history` answers: `{"records": [...]}`, oldest first."""

    program_name = "apply.runs"
    verb = "history"
