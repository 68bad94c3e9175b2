"""A state directory's manifest says what is in it, and nothing else is taken for one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.state import manifest
from tests.unit.test_invariants import execute, filled, host

__all__ = ["filled", "host"]  # fixtures

ORDER = {"id": "20261121T170000-3.3.10", "databases": {"core": {"engine": "sqlite"}}}
RELEASE = "3.3.10+forked-py3.11-73c92beb6e9e"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A state directory with 7 bytes in it."""
    (tmp_path / "snapshot/core").mkdir(parents=True)
    (tmp_path / "snapshot/core/complete").write_text("\n")
    (tmp_path / "snapshot/file").write_text("Grüß")
    return tmp_path


def test_a_manifest_comes_back_as_it_was_written(place: Path) -> None:
    held = {"heads": {"core": "abc", "web": {}}, "invariants": {"members": {"count": 3}}}

    manifest.write(place, ORDER, RELEASE, held)

    found = manifest.read(place / manifest.NAME)
    assert {key: found[key] for key in ("id", "release", "release_name", "python", "engine")} == {
        "id": ORDER["id"],
        "release": RELEASE,
        "release_name": "3.3.10+forked",
        "python": "3.11",
        "engine": "sqlite",
    }
    assert (found["heads"], found["invariants"], found["bytes"]) == (*held.values(), 7)


def test_a_release_made_by_hand_is_only_told(place: Path) -> None:
    manifest.write(place, ORDER, "Core 3.3.8, made by hand", {})

    found = manifest.read(place / manifest.NAME)
    assert (found["release_name"], found["python"], found["invariants"]) == ("", "", {})


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "there is no"), ("{", "damaged"), ("[]", "format None"), ('{"format": 2}', "reads 1")],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str | None, words: str) -> None:
    if text is not None:
        (tmp_path / manifest.NAME).write_text(text)

    with pytest.raises(manifest.ManifestError, match=words):
        manifest.read(tmp_path / manifest.NAME)


def test_the_newest_migration_of_each_application_is_the_webs_head(host: dict[str, Any]) -> None:
    core, web = (host["databases"][name]["path"] for name in ("core", "web"))
    execute(core, "CREATE TABLE alembic_version (version_num)")
    execute(core, "INSERT INTO alembic_version VALUES ('98224512c9c2')")
    execute(web, "CREATE TABLE django_migrations (app, name)")
    rows = "('auth', '0002_b'), ('auth', '0001_a'), ('sites', '0001_initial')"
    execute(web, f"INSERT INTO django_migrations VALUES {rows}")

    found = manifest.tables(host)

    assert found["heads"] == {
        "core": "98224512c9c2",
        "web": {"auth": "0002_b", "sites": "0001_initial"},
    }
    assert found["invariants"]["members"]["count"] == 3
    assert json.dumps(found)
