"""Only what Core's stop shunted is queued again, and reading a message runs none of its code."""

from __future__ import annotations

import json
import os
import pickle
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.window import shunted
from mailman_suite.host.window.journal import Journal


class Dangerous:
    """What an attacker who can write queue files would put into one."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("dangerous",)


def shunt(var: Path, name: str, message: Any, data: dict[str, Any]) -> Path:
    """A file as Core's switchboards write them: two pickles."""
    path = var / "queue" / "shunt" / f"{name}.pck"
    path.write_bytes(pickle.dumps(message) + pickle.dumps(data))
    return path


@pytest.fixture
def order(tmp_path: Path) -> dict[str, str]:
    for name in ("shunt", "in", "out"):
        (tmp_path / "queue" / name).mkdir(parents=True)
    return {"var": str(tmp_path)}


def test_what_was_shunted_since_goes_to_its_own_queue(
    order: dict[str, str], tmp_path: Path
) -> None:
    message = Message()
    message["Subject"] = "Unterbrochen"
    journal = Journal(tmp_path)
    shunt(tmp_path, "old", message, {"whichq": "out"})
    shunted.remember(order, journal)
    shunt(tmp_path, "new", message, {"whichq": "out"})
    shunt(tmp_path, "nameless", message, {})
    shunt(tmp_path, "lost", message, {"whichq": "../../etc"})
    (tmp_path / "queue" / "shunt" / "broken.pck").write_bytes(b"no pickle")

    shunted.queue_again(order, journal)
    shunted.queue_again(order, journal)

    found = sorted(str(path.relative_to(tmp_path / "queue")) for path in tmp_path.rglob("*.pck"))
    left = ["shunt/broken.pck", "shunt/lost.pck", "shunt/nameless.pck", "shunt/old.pck"]
    assert found == ["out/new.pck", *left]


def test_nothing_is_moved_where_nothing_was_remembered(
    order: dict[str, str], tmp_path: Path
) -> None:
    path = shunt(tmp_path, "old", Message(), {"whichq": "in"})
    shunted.queue_again(order, Journal(tmp_path))
    assert path.exists()


def test_a_message_runs_no_code(
    order: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = shunt(tmp_path, "new", Dangerous(), {"whichq": "out"})
    assert shunted.queue_of(path) == "out"
    assert not Path("dangerous").exists()


def test_a_torn_line_of_the_journal_is_no_line_and_swallows_none(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.note("opened")
    with (tmp_path / "journal.jsonl").open("a") as file:
        file.write('{"event": "beg')
    journal.note("committed")
    assert [line["event"] for line in journal.lines()] == ["opened", "committed"]
    assert json.loads((tmp_path / "journal.jsonl").read_text().splitlines()[0])["at"]
