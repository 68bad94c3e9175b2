"""Postfix's parameters that concern Mailman, and whether its maps can be read."""

from __future__ import annotations

from collections.abc import Sequence

from pyinfra.api import FactBase, FactProcessError, QuoteString, StringCommand

from mailman_suite.base import layout
from mailman_suite.parts.mta.postfix import PARAMETERS

# A power cut may leave a missing or empty map beside a package that counts as installed. A map that
# exists is queried: `postmap` cannot read half a map, and waits a second to say so.
_UNREAD = (
    'unread() { file="${2#*:}";'
    ' test -n "$(find "$file.db" "$file.lmdb" "$file.cdb" -size +0 2>/dev/null)"'
    ' && ! "$1" -q postmaster "$2" 2>&1 | grep -q fatal || echo "$2"; };'
    f" maps=$(for map in {layout.LMTP_MAP} {layout.DOMAINS_MAP};"
    ' do unread postmap "$(postconf -h default_database_type):$map"; done);'
    " used=$(postconf -hx alias_maps | tr -s ', ' '\\n\\n');"
    " aliases=$(for map in $(postconf -hx alias_database | tr , ' '); do case $map in"
    ' hash:*|btree:*|lmdb:*|cdb:*) ! echo "$used" | grep -qxF "$map" || unread postalias "$map";;'
    " esac; done);"
)

# A power cut during its installation or upgrade leaves programs without `main.cf`, or without their
# libraries: until the run repairs that, there is no Postfix. Where dpkg has all of it, the answer
# counts; a `main.cf` that somebody deleted is refused before (`host/inspect/host.py`).
INSTALLED = (
    "command -v postconf >/dev/null && { ! command -v dpkg-query >/dev/null ||"
    " dpkg-query -W -f='${db:Status-Abbrev}' postfix 2>/dev/null | grep -q '^.i'; }"
)

WRITTEN = "way out written"
_ASKED = "asked:"


class PostfixMain(FactBase[dict[str, str]]):
    """Parameter -> value as `postconf` prints it; `maps` and `aliases`: `yes` if they can be read.

    `maps` are Core's, `aliases` those of the host's own users. Empty on a host without an
    installed Postfix.
    """

    def command(self) -> StringCommand:
        """One read-only command."""
        return StringCommand(
            f"if {INSTALLED}; then postconf",
            *PARAMETERS,
            "&&",
            _UNREAD,
            'echo "maps = ${maps:-yes}"; echo "aliases = ${aliases:-yes}"; fi',
        )

    @staticmethod
    def default() -> dict[str, str]:
        """What no output means."""
        return {}

    def process(self, output: list[str]) -> dict[str, str]:
        """Every parameter must have a line: an unknown value is not an empty one."""
        found = _values(output)
        if found and not found.keys() >= set(PARAMETERS):
            raise FactProcessError(f"postconf did not answer for every parameter: {output}")
        return found


class PostfixParameters(FactBase[dict[str, str]]):
    """Parameter -> value as `postconf` prints it; `way out written`: the relayhost a run wrote.

    Empty on a host without an installed Postfix.
    """

    def command(self, names: Sequence[str]) -> StringCommand:
        """One read-only command, which repeats the names last."""
        quoted = [QuoteString(name) for name in names]
        return StringCommand(
            f"if {INSTALLED}; then postconf",
            *quoted,
            f'&& echo "{WRITTEN} = $(test ! -e {layout.POSTFIX_WAY_OUT} ||',
            f'cat {layout.POSTFIX_WAY_OUT})" && echo',
            _ASKED,
            *quoted,
            "; fi",
        )

    @staticmethod
    def default() -> dict[str, str]:
        """What no output means."""
        return {}

    def process(self, output: list[str]) -> dict[str, str]:
        """Every parameter must have a line, and the answer must be complete."""
        found = _values(output)
        asked = output[-1].split() if output else [_ASKED]
        if asked[:1] != [_ASKED] or (output and not found.keys() >= {*asked[1:], WRITTEN}):
            raise FactProcessError(f"postconf did not answer for every parameter: {output}")
        return found


def _values(output: list[str]) -> dict[str, str]:
    found = {}
    for line in output:
        name, equals, value = line.partition("=")
        if equals:
            found[name.strip()] = value.strip()
    return found
