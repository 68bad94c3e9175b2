"""The two sides of a suite, and what `host/apply/release_link.py` is told of their code."""

from __future__ import annotations

from typing import Literal, TypedDict

Side = Literal["core", "web"]
SIDES: tuple[Side, ...] = ("core", "web")


class Sides(TypedDict):
    """The directory of the stamps, and what each side's stamp says of the new release."""

    directory: str
    stamps: dict[Side, str]


class ReleaseLink(TypedDict):
    """The link that says which release runs, and where it is to lead."""

    link: str
    target: str
    sides: Sides
