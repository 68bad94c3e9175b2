"""SQLite, for trials and small sites."""

from __future__ import annotations

from mailman_suite.parts.database.embedded import Embedded

ANSWER = Embedded(name="sqlite", title="SQLite")
