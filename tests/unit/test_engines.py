"""Whatever depends on the database's engine says so where it does not know one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base.refusal import Refusal
from mailman_suite.host.base.engines import DatabaseError
from mailman_suite.host.state import database_copies

ENTRY: dict[str, Any] = {
    "engine": "mariadb", "host": "localhost", "port": 3306, "name": "mailman", "user": "mailman",
    "secret": "database_core_password", "path": "/nonexistent/mailman.db",
}  # fmt: skip
NOWHERE = Path("/nonexistent")
DISPATCHES: dict[str, Callable[[], Any]] = {
    "take": lambda: database_copies.take(ENTRY, "/nonexistent", NOWHERE),
    "size": lambda: database_copies.size(ENTRY, "/nonexistent", NOWHERE),
    "growth": lambda: database_copies.growth(ENTRY, 1),
    "put_back": lambda: database_copies.put_back(ENTRY, "/nonexistent", NOWHERE),
}


@pytest.mark.parametrize("dispatch", DISPATCHES.values(), ids=DISPATCHES)
def test_a_third_engine_never_passes_for_another(dispatch: Callable[[], Any]):
    with pytest.raises((DatabaseError, Refusal), match="engine 'mariadb', expected one of"):
        dispatch()
