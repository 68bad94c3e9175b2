"""Which distribution packages are installed, and whether an interrupted install needs repair."""

from __future__ import annotations

from collections.abc import Iterable

from pyinfra.api import FactBase, FactProcessError, QuoteString, StringCommand

_ANSWERED = "packages-answered"


class _Packages(FactBase[dict[str, object]]):
    """`{"installed": set of names, "broken": bool}`; fails if the tool gave no answer."""

    abstract = True

    def process(self, output: list[str]) -> dict[str, object]:
        """Lines `ok NAME` for installed packages, `broken` once if a repair is due."""
        if not output or output[-1] != _ANSWERED:
            raise FactProcessError(f"the package tool gave no answer: {output[-3:]}")
        return {
            "installed": {line[3:] for line in output if line.startswith("ok ")},
            "broken": "broken" in output,
        }


class DebPackages(_Packages):
    """Asks dpkg."""

    def command(self, names: Iterable[str]) -> StringCommand:
        """One command; a package counts when it is fully installed, not merely unpacked."""
        return StringCommand(
            "dpkg-query -W -f='${db:Status-Abbrev} ${Package}\\n'",
            *map(QuoteString, names),
            "2>/dev/null | sed -n 's/^ii */ok /p';",
            'test -z "$(dpkg --audit)" || echo broken;',
            f"echo {_ANSWERED}",
        )


class RpmPackages(_Packages):
    """Asks rpm."""

    def command(self, names: Iterable[str]) -> StringCommand:
        """One command for all names; rpm's own transactions need no repair."""
        return StringCommand(
            "rpm -q --qf 'ok %{NAME}\\n'",
            *map(QuoteString, names),
            f"| grep '^ok '; echo {_ANSWERED}",
        )
