"""Puts secrets on the host: generated there once, or copied from where a reference points."""

from __future__ import annotations

import hashlib
import secrets as random
from collections.abc import Generator, Iterable, Mapping

from pyinfra import host
from pyinfra.api import HiddenValue, StringCommand, operation

from mailman_suite.base import layout
from mailman_suite.base.host_program import program
from mailman_suite.facts.secrets import Secrets
from mailman_suite.host.wire.secrets import SecretsQuestion

# Only root may read these; the web's settings and Core's configuration need the others.
_ROOT_ONLY = {"superuser_password"}


@operation()
def present(
    names: Iterable[str], given: Mapping[str, HiddenValue]
) -> Generator[StringCommand, None, None]:
    """Every named secret exists, with the given value if there is one.

    + names: file names under the secrets directory
    + given: values of resolved references; other secrets are generated once and never rotated
    """
    declared = _declared(names)
    found = host.get_fact(Secrets, arguments=declared)
    outdated = [
        name
        for name, value in given.items()
        if found["digests"].get(name) != _salted(value, declared["salt"])
    ]
    if not (outdated or found["missing"] or found["attributes"]):
        host.noop("every secret is in place")
        return
    values = {name: given[name].unmask() for name in outdated}
    yield program("apply.secrets", "apply", stdin={**declared, "values": values})


def _declared(names: Iterable[str]) -> SecretsQuestion:
    return {
        "directory": layout.SECRETS,
        "salt": random.token_hex(16),
        "names": {
            name: ["root", "600"] if name in _ROOT_ONLY else [layout.GROUP, "640"] for name in names
        },
    }


def _salted(value: HiddenValue, salt: str) -> str:
    """The digest that `host/apply/secrets.py` computes of the same value."""
    key = hashlib.scrypt(value.unmask().encode(), salt=salt.encode(), n=2**12, r=8, p=1)
    return key.hex()
