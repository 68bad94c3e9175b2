"""What a suite that was made by hand has around it, and how far its secrets were taken over."""

from __future__ import annotations

from mailman_suite.host_program import ProgramFact


class Installation(ProgramFact):
    """`{"units": [...], "sites": [{"path", "https"}]}` as `host/installation.py` answers."""

    program_name = "installation"


class SecretsTakenOver(ProgramFact):
    """`{"missing": [...]}`: names of secrets that are in no file of their own yet."""

    program_name = "adopt_secrets"
