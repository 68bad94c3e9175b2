"""What gates change in Core's data, in the window and before the new Core first runs.

`apply`: {"database": an entry of `parts.database.connections`, "secrets": directory,
          "changes": [names]}; prints how many rows each change touched. Run by a release's own
          interpreter, which has the PostgreSQL driver.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

from mailman_suite.host.base import drivers, verbs

# Upgrade guide, "Upgrade from <3.3.1": its own `= 1` fails on PostgreSQL, where this is a boolean.
STATEMENTS = {
    "mark_bounces_processed": "UPDATE bounceevent SET processed = true WHERE processed IS NOT TRUE",
}


def apply(asked: dict[str, Any]) -> dict[str, int]:
    """Change -> number of rows that it touched; all in one transaction."""
    wanted = [name for name in asked["changes"] if name in STATEMENTS]
    touched = {}
    with closing(drivers.writing(asked["database"], asked["secrets"])) as connection:
        cursor = connection.cursor()
        for name in wanted:
            cursor.execute(STATEMENTS[name])
            touched[name] = cursor.rowcount
        connection.commit()
    return touched


if __name__ == "__main__":
    verbs.main({"apply": apply})
