"""Which release directory is complete, which one runs, and which settings its static files show."""

from __future__ import annotations

import shlex

from pyinfra.api import FactBase, FactProcessError, StringCommand

from mailman_suite.base import layout


class ReleaseState(FactBase[dict[str, str]]):
    """`{"built", "assets", "current", "sent"}`, "" where missing.

    Two stamps, the link's target, and the archive of a finished release that was sent.
    """

    def command(self, directory: str) -> StringCommand:
        """One read-only command."""
        return StringCommand(
            "for part in built:stamp.json assets:static/.stamp; do",
            'printf "%s " "${part%%:*}";',
            f"cat {shlex.quote(directory)}/\"${{part#*:}}\" 2>/dev/null | tr -d '\\n'; echo; done;",
            f'echo "current $(readlink {layout.VENV})";',
            f'echo "sent $(ls {layout.SENT_RELEASE} 2>/dev/null)"',
        )

    def process(self, output: list[str]) -> dict[str, str]:
        """One `name value` line each."""
        found = {name: value for name, _, value in (line.partition(" ") for line in output)}
        if found.keys() != {"built", "assets", "current", "sent"}:
            raise FactProcessError(f"no answer about the release: {output}")
        return found
