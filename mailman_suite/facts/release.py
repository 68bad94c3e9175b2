"""Which release directory is complete, which one runs, and which settings its static files show."""

from __future__ import annotations

import shlex

from pyinfra.api import FactBase, FactProcessError, StringCommand

from mailman_suite.base import layout

_NAMES = {"built", "assets", "current", "core", "web", "stamped", "sent"}


class ReleaseState(FactBase[dict[str, str]]):
    """`{"built", "assets", "current", "core", "web", "stamped", "sent"}`, "" where missing.

    Two stamps of the directory, the link's target, the stamps of the sides that run and the target
    that the link had then, and the archive of a finished release that was sent.
    """

    def command(self, directory: str) -> StringCommand:
        """One read-only command."""
        return StringCommand(
            "for part in built:stamp.json assets:static/.stamp; do",
            'printf "%s " "${part%%:*}";',
            f"cat {shlex.quote(directory)}/\"${{part#*:}}\" 2>/dev/null | tr -d '\\n'; echo; done;",
            f'echo "current $(readlink {layout.VENV})"; cd {layout.SIDES} 2>/dev/null;',
            'echo "core $(cat core 2>/dev/null)"; echo "web $(cat web 2>/dev/null)";',
            'echo "stamped $(cat release 2>/dev/null)";',
            f'echo "sent $(ls {layout.SENT_RELEASE} 2>/dev/null)"',
        )

    def process(self, output: list[str]) -> dict[str, str]:
        """One `name value` line each."""
        found = {name: value for name, _, value in (line.partition(" ") for line in output)}
        if found.keys() != _NAMES:
            raise FactProcessError(f"no answer about the release: {output}")
        return found
