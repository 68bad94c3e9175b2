"""Which machine a host is, whatever its name."""

from __future__ import annotations

import re

from pyinfra.api import FactBase, FactProcessError, StringCommand

# The SHA-256 of nothing at all.
_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class MachineIdentity(FactBase[str]):
    """The SHA-256 of the host's machine-id, which itself is confidential (machine-id(5))."""

    def command(self) -> StringCommand:
        """One read-only command."""
        return StringCommand("tr -d '\\n' < /etc/machine-id | sha256sum")

    def process(self, output: list[str]) -> str:
        """The digest; the digest of no machine-id is refused."""
        found = re.fullmatch(r"([0-9a-f]{64}) .*", output[-1]) if output else None
        if found is None or found[1] == _OF_NOTHING:
            raise FactProcessError(f"the host has no /etc/machine-id: {output}")
        return found[1]
