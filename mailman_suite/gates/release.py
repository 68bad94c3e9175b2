"""The gate about the release itself: whether a newer one has taken its place."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mailman_suite.base.refusal import Refusal
from mailman_suite.gates.model import ANY, SUITE, Answer, Crossing, Gate, acknowledge, fine
from mailman_suite.releases.catalogue import Release, replacements
from mailman_suite.settings import Settings

NAME = "replaced_release"
_EXPECTS = "a release with the newest Core"


def for_a_new_suite(settings: Settings, release: Release) -> Iterator[Refusal]:
    """Why an empty host does not get this release; a new suite crosses no gate that would ask."""
    acknowledged = NAME in settings.acknowledged.get(release.name, [])
    if replacements(release) and not acknowledged:
        given = {**settings.acknowledged, release.name: [NAME]}
        yield Refusal(
            found=f"no suite yet, and {_found(release)}",
            expected=_EXPECTS,
            remedy=f"{_instead(release)}; or, to continue anyway, acknowledge it in group_data: "
            f"mailman_acknowledged = {json.dumps(given)}",
        )


def _replaced(crossing: Crossing) -> Answer:
    if replacements(crossing.release):
        return acknowledge(_found(crossing.release), _instead(crossing.release))
    return fine(f"release {crossing.release.name}")


def _found(release: Release) -> str:
    return (
        f"release {release.name} of Core {release.core} on Django {release.django}, "
        "which newer ones have replaced"
    )


def _instead(release: Release) -> str:
    names = (f'mailman_release = "{one.name}"' for one in replacements(release))
    return f"set {' or '.join(names)}"


GATES = (
    Gate(
        NAME, SUITE, ANY,
        "A release that a newer one has replaced gets no fixes; Django 4.1 of 3.3.9 has had no "
        "security fix since December 2023.",
        _EXPECTS, "releases/3.3.9/notes.md", _replaced,
    ),
)  # fmt: skip
