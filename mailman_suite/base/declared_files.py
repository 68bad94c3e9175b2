"""What a step declares about files, directories and links, as plain values."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mailman_suite.base import layout
from mailman_suite.host.wire.files import DeclaredFile, FilesQuestion, FilesToApply


@dataclass(frozen=True)
class ManagedFile:
    """A file with this text; marks such as `@@rest_password@@` become secrets on the host."""

    path: str
    content: str
    owner: str = "root"
    group: str = "root"
    mode: str = "644"

    @property
    def sha256(self) -> str:
        """The digest of the text with its marks, in hexadecimal."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    @property
    def marks(self) -> list[str]:
        """The names of the secrets in the text."""
        return sorted(set(re.findall(r"@@(\w+)@@", self.content)))

    def without_content(self) -> DeclaredFile:
        """What tells whether a file on the host is this one."""
        attributes = [self.owner, self.group, self.mode]
        return {"sha256": self.sha256, "attributes": attributes, "marks": self.marks}


@dataclass(frozen=True)
class Directory:
    """A directory with this owner, group and mode (octal text such as `750`)."""

    path: str
    owner: str = "root"
    group: str = "root"
    mode: str = "755"


@dataclass(frozen=True)
class DeclaredFiles:
    """One concern's files, and the commands that check them as a whole before they count."""

    files: tuple[ManagedFile, ...] = ()
    directories: tuple[Directory, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[tuple[str, ...], ...] = ()

    def __add__(self, other: DeclaredFiles) -> DeclaredFiles:
        """Two concerns together, for one look at the host instead of two."""
        return DeclaredFiles(
            self.files + other.files,
            self.directories + other.directories,
            {**self.links, **other.links},
            self.checks + other.checks,
        )

    def without_content(self) -> FilesQuestion:
        """The arguments of `host/apply/files.py look`: nothing long, nothing secret."""
        return {
            "files": {one.path: one.without_content() for one in self.files},
            "directories": {one.path: [one.owner, one.group, one.mode] for one in self.directories},
            "links": dict(self.links),
            "secrets": layout.SECRETS,
            "state": layout.STATE,
        }

    def with_content(self) -> FilesToApply:
        """The standard input of `host/apply/files.py apply`."""
        declared = self.without_content()
        for one in self.files:
            declared["files"][one.path]["content"] = one.content
        return {
            **declared,
            "checks": [list(words) for words in self.checks],
            "copies": layout.COPIES,
        }


def difference(path: str, found: str, declared: str) -> Iterable[str]:
    """The lines of a unified diff from the host's file to the declared one."""
    return difflib.unified_diff(
        found.splitlines(),
        declared.splitlines(),
        f"{path} on the host",
        f"{path} declared",
        "",
        "",
        1,
    )
