"""Damages a suite in one way after the other, and says what its invariants make of each.

    damages.py TREE < {"databases", "var", "damages": {NAME: {"at", "do", "undo"}}}

prints {NAME: [what differs then, what still differs once it is mended]}. "at" is "core" or "web",
and "do" and "undo" are SQL statements for that database; or "files", and both are shell commands.
Runs on a machine of the lab with the suite's interpreter; TREE holds our programs.
"""

import json
import sqlite3
import subprocess
import sys

sys.path.insert(0, sys.argv[1])

from mailman_suite.host.state import invariants


def execute(databases, at, statements):
    """Each of them, as an accident would do it: past all constraints."""
    if at == "files":
        subprocess.run(["sh", "-ec", "\n".join(statements)], check=True)
    elif databases[at]["engine"] == "sqlite":
        sqlite3.connect(databases[at]["path"]).executescript(script(statements))
    else:
        psql = ["runuser", "-u", "postgres", "--", "psql", "-qv", "ON_ERROR_STOP=1"]
        unchecked = script(["SET session_replication_role = replica", *statements])
        words = [*psql, databases[at]["name"]]
        subprocess.run(words, input=unchecked, text=True, check=True, cwd="/")


def script(statements):
    """One text of them."""
    return "".join(f"{one};\n" for one in statements)


def main(asked):
    """What the invariants say of every damage."""
    before, said = invariants.look(asked), {}
    for name, damage in asked["damages"].items():
        said[name] = []
        for statements in (damage["do"], damage["undo"]):
            execute(asked["databases"], damage["at"], statements)
            said[name].append(invariants.differences(before, invariants.look(asked)))
    return said


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
