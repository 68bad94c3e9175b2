"""What a gate changes in Core's data is changed once, and nothing else is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from mailman_suite.host.window import gate_changes


def test_waiting_bounces_are_marked_and_counted(tmp_path: Path):
    path = tmp_path / "mailman.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bounceevent (email TEXT, processed BOOLEAN)")
        connection.execute("INSERT INTO bounceevent VALUES ('a', NULL), ('b', 0), ('c', 1)")
        connection.commit()
    asked = {
        "database": {"engine": "sqlite", "path": str(path)},
        "secrets": str(tmp_path),
        "changes": ["mark_bounces_processed"],
    }
    assert gate_changes.apply(asked) == {"mark_bounces_processed": 2}
    assert gate_changes.apply(asked) == {"mark_bounces_processed": 0}
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT email, processed FROM bounceevent").fetchall()
    assert rows == [("a", 1), ("b", 1), ("c", 1)]
