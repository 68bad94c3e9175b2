"""A gate's case: a host, its group data, and what the gate has to answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mailman_suite.releases.catalogue import DEFAULT

Data = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A host at the set of `core` with other answers, and the gate on its way to `release`."""

    gate: str
    verdict: str
    found: str
    then: str = ""
    host: Data = field(default_factory=dict)
    data: Data = field(default_factory=dict)
    core: str = "3.2.0"
    release: str = DEFAULT
    changes: tuple[str, ...] = ()


def config(section: str, **keys: str) -> Data:
    """A host whose mailman.cfg says this."""
    return {"core_config": {section: keys}}


def declared(section: str, **keys: Any) -> Data:
    """Group data that puts this into mailman.cfg."""
    return {"core_config": {section: keys}}


def web(**values: Any) -> Data:
    """Group data with these Django settings."""
    return {"web_settings": values}


def passes(gate: str, found: str, verdict: str = "fine", **more: Any) -> Case:
    """A host that the gate has nothing against."""
    return Case(gate, verdict, found, **more)
