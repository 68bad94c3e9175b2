"""Which declared domains and lists a running Core lacks."""

from __future__ import annotations

from mailman_suite.base.host_program import ProgramFact
from mailman_suite.host.wire.mailing_lists import ListsToDo


class MailingLists(ProgramFact[ListsToDo]):
    """`{"missing_domains", "missing_lists", "settings"}` as `apply/mailing_lists.py` answers."""

    program_name = "apply.mailing_lists"
