"""What a state directory holds: one point in time of a suite, kept by a window or by a backup.

A state directory has `manifest.json` beside `snapshot/{files, core, web}`. The manifest says which
release the state belongs to, both databases' schemas, and what they and Core's directory hold.
`tables`, while Core is stopped: {"databases": as parts.database.connections says it}
-> {"heads", "invariants"}, those of tables alone. Only reads; PostgreSQL's driver is a release's.
"""

from __future__ import annotations

import json
import os
import socket
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from mailman_suite.host.base import verbs
from mailman_suite.host.base.files import write_durably
from mailman_suite.host.state import invariants, schema
from mailman_suite.host.wire.connections import Connections
from mailman_suite.host.wire.manifest import DatabasesQuestion, Heads, Held, Manifest, ReleaseParts
from mailman_suite.host.wire.nothing import Nothing
from mailman_suite.host.wire.order import SharedOrder

NAME = "manifest.json"
FORMAT = 1


class ManifestError(Exception):
    """A manifest that is missing, damaged or of another format, with what was found."""


def write(place: Path, order: SharedOrder, release: str, held: Held | Nothing) -> None:
    """The state directory's manifest.json, on the disk.

    `order` is a window's or a backup's; `release` the identifier of what runs with this state;
    `held` what the window or backup counted, empty where the state is configuration alone.
    """
    told: Manifest = {
        "format": FORMAT,
        "id": order["id"],
        "host": socket.gethostname(),
        "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        **release_parts(release),
        "engine": order["databases"]["core"]["engine"],
        "heads": held["heads"] if held else {},
        "invariants": held["invariants"] if held else {},
        "bytes": size(place / "snapshot"),
    }
    write_durably(place / NAME, json.dumps(told, indent=1) + "\n")


def release_parts(identifier: str) -> ReleaseParts:
    """`3.3.10+forked-py3.11-73c92beb6e9e` in parts; what was made by hand has none."""
    name, ours, rest = identifier.rpartition("-py")
    python = rest.partition("-")[0] if ours else ""
    return {"release": identifier, "release_name": name, "python": python}


def size(place: Path) -> int:
    """Bytes of all files below, in full even if files share disk blocks."""
    found = (os.path.join(folder, name) for folder, _, names in os.walk(place) for name in names)
    return sum(os.lstat(path).st_size for path in found)


def read(path: Path) -> Manifest:
    """The content of a manifest. Raises ManifestError."""
    manifest: Manifest = _read(path)
    return manifest


def _read(path: Path) -> Any:
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ManifestError(f"there is no {path}: that directory holds no complete state") from None
    except ValueError as error:
        raise ManifestError(f"{path} is damaged: {error}") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        has = found.get("format") if isinstance(found, dict) else None
        raise ManifestError(
            f"{path} has the format {has!r}, this version reads {FORMAT}; use the version of the "
            "deploy that wrote it"
        )
    return found


def tables(asked: DatabasesQuestion) -> Held:
    """Both schemas' heads, and the counts and digests of both databases."""
    databases = asked["databases"]
    return {"heads": heads(databases), "invariants": invariants.tables(databases)}


def heads(databases: Connections) -> Heads:
    """`{"core": revision, "web": {application: its last migration}}`; nothing where none is."""
    secrets = databases["secrets"]
    core = schema.rows(databases["core"], secrets, "SELECT version_num FROM alembic_version")
    applied = "SELECT app, max(name) FROM django_migrations GROUP BY app"
    web = schema.rows(databases["web"], secrets, applied)
    return {"core": core[0][0] if core else "", "web": {app: name for app, name in web}}


if __name__ == "__main__":
    verbs.main({"tables": tables})
