"""A Core that pretends: it migrates as it starts, works its queues off, shunts as it stops.

Real ones do so too, and each of the three is why a window's steps have their order.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import signal
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path

OLD_MARK = "# of the old suite\n"
OLD_SCHEMA, NEW_SCHEMA = "1-old", "2-new"
# What the newer schema has that the older one has not.
MIGRATIONS = {
    "core": [
        "ALTER TABLE mailinglist ADD COLUMN brought TEXT",
        f"UPDATE alembic_version SET version_num = '{NEW_SCHEMA}'",
    ],
    "web": [
        "ALTER TABLE hyperkitty_email ADD COLUMN brought TEXT",
        f"INSERT INTO django_migrations VALUES ('web', '{NEW_SCHEMA}')",
    ],
}
SCHEMA = {
    "core": "SELECT version_num FROM alembic_version",
    "web": "SELECT max(name) FROM django_migrations",
}
# Whose database each service works with.
SERVICES = {
    "core": ("mailman3.service",),
    "web": ("mailmanweb.service", "mailmanweb-qcluster.service"),
}
_FOR_A_PERSON = ("shunt", "bad")


def release_of(unit: str) -> Path | None:
    """The prefix of the release whose program a unit's file starts; None for other programs."""
    found = re.search(r"^ExecStart=(\S+)/bin/", unit, re.M)
    return Path(found[1]) if found and Path(found[1], "release.json").exists() else None


def about(prefix: Path | None) -> dict[str, str]:
    """A release's name, and the schemas that its code expects."""
    return dict(json.loads((prefix / "release.json").read_text())) if prefix else {"name": ""}


def configuration(root: Path) -> str:
    """`old` or `new`: which suite's configuration stands there now."""
    names = ("mailman.cfg", "settings.py")  # a web's own host has no Core
    texts = [path.read_text() for name in names if (path := root / "etc/mailman3" / name).exists()]
    return "old" if texts and texts[0].startswith(OLD_MARK) else "new"


def password(unit: dict[str, str]) -> str:
    """What REST wants to hear from who calls it, as Core read it when it was started."""
    return unit.get("password", "")


def _password(root: Path) -> str:
    text = (root / "etc/mailman3/mailman.cfg").read_text()
    return re.findall(r"^admin_pass: *(\S+)$", text, re.M)[0]


def _var(root: Path) -> Path:
    text = (root / "etc/mailman3/mailman.cfg").read_text()
    (place,) = re.findall(r"^var_dir: *(\S+)$", text, re.M)
    return Path(place)


def database(root: Path, which: str) -> str | dict[str, str]:
    """Where a program of a release finds its database: a path, or libpq's variables."""
    servers = root / "pretended/databases.json"
    if servers.exists():
        return dict(json.loads(servers.read_text())[which])
    if which == "core":
        return str(_var(root) / "data/mailman.db")
    return str(root / "opt/mailman/web/mailman-web.db")


def execute(where: str | dict[str, str], *statements: str) -> list[str]:
    """The first column of what the last statement selects."""
    if isinstance(where, dict):
        words = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-1"]
        words += [word for one in statements for word in ("-c", one)]
        done = subprocess.run(words, env={**os.environ, **where}, capture_output=True, text=True)
        if done.returncode:
            raise sqlite3.OperationalError(done.stderr)
        return done.stdout.splitlines()
    with closing(sqlite3.connect(where)) as connection, connection:
        for statement in statements:
            found = connection.execute(statement).fetchall()
        return [str(row[0]) for row in found]


def begin(root: Path, prefix: Path) -> dict[str, str]:
    """Core comes up, with the schema of its release; of a newer one it knows nothing, and fails."""
    where, release = database(root, "core"), about(prefix)
    (has,) = execute(where, SCHEMA["core"])
    if has > release["core"] or migrate(root, prefix, "core")[0]:
        return {"state": "failed"}
    with (root / "pretended/started").open("a") as started:
        started.write(f"{time.time()} {release['name']}\n")
    execute(where, f"INSERT INTO said_by_core VALUES ('{release['name']}')")
    return {"state": "active", "password": _password(root), **_processes(root)}


def _processes(root: Path) -> dict[str, str]:
    """A master with its runners, where the window is a program of its own and looks for them."""
    if not (root / "pretended/with-processes").exists():
        return {}
    words = [str(root / "bin/master"), str(root / "etc/mailman3/mailman.cfg")]
    quiet = subprocess.DEVNULL
    master = subprocess.Popen(
        words, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
    return {"pid": str(master.pid)}


def end(root: Path, unit: dict[str, str]) -> None:
    """Core stops; it shunts the message that it was at, as mailman/core/runner.py does."""
    if unit["pid"].isdigit():
        os.killpg(int(unit["pid"]), signal.SIGKILL)
        with suppress(ChildProcessError):  # another program's
            os.waitpid(int(unit["pid"]), 0)
    queue = _var(root) / "queue"
    for message in (queue / "out").glob("*.pck"):
        write_message(queue / "shunt" / message.name, whichq="out")
        message.unlink()


def write_message(path: Path, **metadata: str) -> None:
    """A file of a queue: two pickles."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(pickle.dumps(path.stem) + pickle.dumps({"version": 3, **metadata}))
        file.flush()
        os.fsync(file.fileno())


def work(root: Path, unit: dict[str, str]) -> None:
    """Core sends on what is queued, but for what the one of before the window is at."""
    busy = root / "pretended/busy"
    if busy.exists() and busy.read_text() == unit["pid"]:
        return
    for message in sorted((_var(root) / "queue").glob("*/*.pck")):
        if unit["state"] == "active" and message.parent.name not in _FOR_A_PERSON:
            send_on(root, message.stem, unit["release"])
            message.unlink()


def send_on(root: Path, message: str, release: str) -> None:
    """A message goes out, which nothing can undo."""
    with (root / "pretended/delivered").open("a") as delivered:
        delivered.write(f"{message} {release}\n")


def migrate(root: Path, prefix: Path, which: str) -> tuple[int, str]:
    """The schema of a release; what a test wants to go wrong with the migration does."""
    where, wanted = database(root, which), about(prefix)[which]
    if execute(where, SCHEMA[which]) == [wanted]:
        return 0, ""
    spoil = root / f"pretended/spoil-{which}"
    spoiled = [spoil.read_text()] if spoil.exists() else []
    try:
        execute(where, *MIGRATIONS[which], *spoiled)
    except sqlite3.Error as error:
        return 1, f"{type(error).__name__}: {error}\n"
    return 0, ""
