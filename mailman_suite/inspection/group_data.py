"""The settings that a host's group data declares, checked as far as that needs no host. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mailman_suite.base.refusal import Refusal, Refusals
from mailman_suite.gates import asking
from mailman_suite.parts.answers import answers
from mailman_suite.parts.chosen import PARTS
from mailman_suite.preflight.contradictions import contradictions
from mailman_suite.releases.catalogue import RELEASES
from mailman_suite.settings import Settings
from mailman_suite.settings.reading import read


def declared_settings(data: Mapping[str, Any]) -> Settings:
    """The settings in one host's merged group data, which is `host.data.dict()`.

    Raises `Refusals` with one `Refusal` for each mistake: wrong values, misspelt names, gates that
    do not exist, settings that contradict each other.
    """
    reading = read(data)
    mistakes = [*reading.mistakes, *_unknown(reading.valid.get("acknowledged", {}))]
    if reading.settings:
        mistakes += [*_unknown_parts(reading.settings), *contradictions(reading.settings)]
    if mistakes or reading.settings is None:
        raise Refusals(mistakes)
    return reading.settings


def _unknown(acknowledged: Mapping[str, Sequence[str]]) -> Iterator[Refusal]:
    """The releases and gates in mailman_acknowledged that do not exist."""
    for release, gates in acknowledged.items():
        yield from _unless_known("release", release, list(RELEASES))
        for gate in gates:
            yield from _unless_known("gate", gate, asking.NAMES)


def _unknown_parts(settings: Settings) -> Iterator[Refusal]:
    """The choices that have no such answer."""
    for choice in PARTS:
        name, known = getattr(settings, choice), sorted(answers(choice))
        if name not in known:
            yield Refusal(
                found=f"mailman_{choice} = {name!r}",
                expected=" or ".join(f'"{one}"' for one in known) + "; no other is supported",
                remedy=f"set mailman_{choice} to it, or remove the line for the default",
            )


def _unless_known(kind: str, name: str, known: Sequence[str]) -> Iterator[Refusal]:
    if name not in known:
        nearest = difflib.get_close_matches(name, known, 1, 0.0)[0]
        yield Refusal(
            found=f"mailman_acknowledged names the unknown {kind} {name!r}",
            expected=f"a {kind} that docs/gates.md lists; the nearest is {nearest!r}",
            remedy="correct the spelling or remove it",
        )
