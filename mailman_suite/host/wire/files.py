"""What `host/apply/files.py` is told of files, directories and links, and answers."""

from __future__ import annotations

from typing import Literal, TypedDict


class _FileDigest(TypedDict):
    sha256: str
    attributes: list[str]  # owner, group and octal mode
    marks: list[str]


class DeclaredFile(_FileDigest, total=False):
    """`sha256` is that of the text with its marks; the text itself travels only to be written."""

    content: str


class FilesQuestion(TypedDict):
    """Paths and what belongs there; `secrets` and `state` are directories."""

    files: dict[str, DeclaredFile]
    directories: dict[str, list[str]]
    links: dict[str, str]
    secrets: str
    state: str


class FilesToApply(FilesQuestion):
    """With contents; `checks` are commands that must accept the whole, `copies` a directory."""

    checks: list[list[str]]
    copies: str


class _Difference(TypedDict):
    why: Literal["missing", "edited", "outdated", "attributes", "directory", "link"]


class Difference(_Difference, total=False):
    """Why a path is not as declared, and what a file says now, with its secrets masked."""

    text: str


class Differences(TypedDict):
    """By path; empty on a converged host."""

    different: dict[str, Difference]
