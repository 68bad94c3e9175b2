"""The system account that the suite runs as."""

from __future__ import annotations

from pyinfra.api import FactBase, QuoteString, StringCommand


class Account(FactBase[dict[str, str]]):
    """`{"group", "home", "shell"}` of a user; empty when there is no such user."""

    def command(self, user: str) -> StringCommand:
        """getent and id, in one command; no output for an unknown user."""
        return StringCommand(
            "getent passwd", QuoteString(user), "&& id -gn", QuoteString(user), "|| true"
        )

    @staticmethod
    def default() -> dict[str, str]:
        """What no output means."""
        return {}

    def process(self, output: list[str]) -> dict[str, str]:
        """A passwd line, then the primary group's name."""
        if len(output) < 2:
            return {}
        fields = output[0].split(":")
        return {"home": fields[5], "shell": fields[6], "group": output[1]}
