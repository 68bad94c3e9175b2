"""Keeps secrets in files of their own: generated once here, or given on standard input.

`look`:  {"directory", "owner", "salt", "names": {name: [group, mode]}} -> which are missing or
         have the wrong attributes, and a salted digest of each one that exists.
`apply`: the same, with "values": {name: text} for those that are not generated here.
"""

from __future__ import annotations

import grp
import hashlib
import os
import secrets

from mailman_suite.host.base import files, verbs
from mailman_suite.host.wire.secrets import SecretsFound, SecretsQuestion, SecretsToApply


def place(declared: SecretsQuestion, name: str) -> str:
    """The path of a secret's file."""
    return os.path.join(declared["directory"], name)


def salted(value: str, salt: str) -> str:
    """A digest that shows whether two secrets are equal and cannot be reversed."""
    return hashlib.scrypt(value.encode(), salt=salt.encode(), n=2**12, r=8, p=1).hex()


def look(declared: SecretsQuestion) -> SecretsFound:
    """{"missing": [...], "attributes": [...], "digests": {name: digest}}."""
    found: SecretsFound = {"missing": [], "attributes": [], "digests": {}}
    for name, wanted in declared["names"].items():
        path = place(declared, name)
        if not os.path.isfile(path) or not os.path.getsize(path):
            found["missing"].append(name)
            continue
        with open(path, encoding="utf-8") as text:
            found["digests"][name] = salted(text.read().strip(), declared["salt"])
        if attributes(path) != wanted:
            found["attributes"].append(name)
    return found


def attributes(path: str) -> list[str]:
    """Group name and octal mode of a file."""
    status = os.stat(path)
    return [grp.getgrgid(status.st_gid).gr_name, f"{status.st_mode & 0o7777:o}"]


def apply(declared: SecretsToApply) -> None:
    """Writes given values, generates missing ones, never touches a generated one that exists."""
    for name, (group, mode) in declared["names"].items():
        path, attributes = place(declared, name), (0, grp.getgrnam(group).gr_gid, int(mode, 8))
        given = declared["values"].get(name)
        if given is not None:
            files.write(path, f"{given}\n".encode(), *attributes)
        elif not os.path.isfile(path) or not os.path.getsize(path):
            files.write(path, f"{secrets.token_urlsafe(32)}\n".encode(), *attributes)
        else:
            files.set_attributes(path, *attributes)


if __name__ == "__main__":
    verbs.main({"look": look, "apply": verbs.from_stdin(apply)})
