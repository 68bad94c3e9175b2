"""What `host/apply/packages_left.py` is told of packages that a suite came from, and answers."""

from __future__ import annotations

from typing import TypedDict


class PackagesQuestion(TypedDict):
    """Names of packages, and the pattern of dbconfig-common's files."""

    names: list[str]
    databases: str


class PackagesToDo(TypedDict):
    """Packages without a hold, and files that let a removal drop a database."""

    unheld: list[str]
    databases: list[str]
