"""Hosts on paper: how each distribution describes itself, without a machine of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "paper_hosts"


@dataclass(frozen=True)
class PaperHost:
    """One distribution: its os-release as pyinfra's `OsRelease` fact returns it (keys in lower
    case), the version of its own `python3`, and whether the suite supports it."""

    name: str
    os_release: dict[str, str]
    python3: str
    supported: bool


def paper_hosts(*, supported: bool) -> list[PaperHost]:
    """The supported, or the unsupported, paper hosts by name; made for parametrize."""
    hosts = [_read(path) for path in sorted(FOLDER.glob("*.json"))]
    return [host for host in hosts if host.supported is supported]


def _read(path: Path) -> PaperHost:
    record = json.loads(path.read_text(encoding="utf-8"))
    release = {key.lower(): value for key, value in record["os_release"].items()}
    return PaperHost(path.stem, release, record["python3"], record["supported"])
