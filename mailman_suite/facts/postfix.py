"""Postfix' parameters that concern Mailman, and whether Core's maps exist."""

from __future__ import annotations

from pyinfra.api import FactBase, FactProcessError, StringCommand

from mailman_suite import layout
from mailman_suite.postfix import PARAMETERS


class PostfixMain(FactBase[dict[str, str]]):
    """Parameter -> value as `postconf` prints it, and `maps`: `yes` where Core has made them.

    Empty on a host without Postfix.
    """

    def command(self) -> StringCommand:
        """One read-only command."""
        return StringCommand(
            "if command -v postconf >/dev/null; then postconf",
            *PARAMETERS,
            f"&& for map in {layout.LMTP_MAP} {layout.DOMAINS_MAP}; do",
            'ls "$map".db "$map".lmdb 2>/dev/null | grep -q . || missing=$map; done;',
            'echo "maps = ${missing:-yes}"; fi',
        )

    @staticmethod
    def default() -> dict[str, str]:
        """What no output means."""
        return {}

    def process(self, output: list[str]) -> dict[str, str]:
        """Every parameter must be there: an unknown value is not an empty one."""
        found = {}
        for line in output:
            name, equals, value = line.partition("=")
            if equals:
                found[name.strip()] = value.strip()
        if found and not found.keys() >= set(PARAMETERS):
            raise FactProcessError(f"postconf did not answer for every parameter: {output}")
        return found
