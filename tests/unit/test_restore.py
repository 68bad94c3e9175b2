"""Which backups a suite can take its data from, and what the window is told to do."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusals
from mailman_suite.host.inspect import backup
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.windows import restore
from mailman_suite.windows.restore import Restore
from tests.bad_settings import GOOD
from tests.unit.kept_states import standing

PATH = f"{layout.BACKUPS}/20261121T030000.tar.gz"
NAMED = {"mailman_backup": PATH}


def archive(**description: Any) -> dict[str, Any]:
    """The answer of `host/inspect/backup.py` for a sound backup, but for `description`."""
    usual = {
        "format": 1,
        "id": "20261121T030000",
        "host": "lists",
        "made": "2026-11-21T03:00:00+00:00",
        "release_name": standing().release.name,
        "engine": "sqlite",
        "bytes": 1000,
        "sha256": "ab",
    }
    beside = PATH.replace(".tar.gz", ".json")
    return {"description": {**usual, **description}, "sha256": "ab", "beside": beside}


def test_a_whole_backup_of_the_same_kind_can_be_restored() -> None:
    assert restore.refusals(standing(**NAMED), archive()) == []


REFUSED = {
    "none is named": ({"mailman_backup": ""}, {}, "mailman_backup = ''"),
    "no archive": (NAMED, {**archive(), "sha256": ""}, f"no file {PATH}"),
    "no description": (NAMED, {**archive(), "description": None}, "no readable"),
    "another format": (NAMED, archive(format=2), "of format 2"),
    "damaged": (NAMED, {**archive(), "sha256": "cd"}, "damaged or truncated: its SHA-256 is cd"),
    "another release": (NAMED, archive(release_name="3.3.11"), "a backup of release 3.3.11"),
    "another database": (NAMED, archive(engine="postgresql"), "a backup of postgresql"),
}


@pytest.mark.parametrize(("data", "answer", "found"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_restored_is_refused(
    data: dict[str, Any], answer: dict[str, Any], found: str
) -> None:
    (refusal,) = restore.refusals(standing(**data), answer)
    assert found in refusal.found
    assert refusal.expected
    assert refusal.remedy


def test_without_a_name_the_command_that_names_one_is_told() -> None:
    (refusal,) = restore.refusals(standing(mailman_backup=""), {})
    assert f"make restore HOST=NAME BACKUP={layout.BACKUPS}/" in refusal.remedy


def test_only_secrets_that_hosts_make_and_no_server_knows_come_from_a_backup(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GIVEN_PASSWORD", "a-password-of-the-operator")
    suite = standing(mailman_database="postgresql", mailman_rest_password="env:GIVEN_PASSWORD")
    assert restore.own_secrets(suite) == [
        "archiver_key",
        "django_secret_key",
        "superuser_password",
    ]


def test_the_order_names_what_is_put_aside_and_removed() -> None:
    order = restore.order(Restore(standing(**NAMED), archive()["description"]), {})
    (aside,) = order["by_hand"]["aside"].values()
    unpacked = f"{layout.WINDOWS}/{order['id']}/backup"
    assert (order["kind"], order["removes"]) == ("restore", [aside, unpacked])
    assert aside.startswith(f"{layout.FULLTEXT_INDEX}.before-")
    assert order["from"] == order["to"]
    assert order["index"] == layout.INDEX_WANTED
    assert order["backup_id"] == "20261121T030000"


def test_a_host_tells_what_an_archive_is_now(tmp_path: Path) -> None:
    path = tmp_path / "one.tar.gz"
    path.write_bytes(b"packed")
    (tmp_path / "one.json").write_text(json.dumps({"id": "one"}))
    found = backup.look({"path": str(path)})
    assert found == {
        "description": {"id": "one"},
        "sha256": hashlib.sha256(b"packed").hexdigest(),
        "beside": str(tmp_path / "one.json"),
    }
    (tmp_path / "one.json").write_text("{")
    assert backup.look({"path": str(path)})["description"] is None
    assert backup.look({"path": str(tmp_path / "two.tar.gz")})["sha256"] == ""


def test_a_path_with_blanks_is_a_mistake_in_settings() -> None:
    with pytest.raises(Refusals, match="absolute path"):
        declared_settings({**GOOD, "mailman_backup": "backup of today.tar.gz"})
