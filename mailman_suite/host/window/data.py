"""The data of a suite in a window: what must not change is counted, the schemas are migrated."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

from mailman_suite.host.base import sent
from mailman_suite.host.base.files import write_durably
from mailman_suite.host.state import invariants, manifest
from mailman_suite.host.state.invariants import differences
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.wire.manifest import DatabasesQuestion, Held
from mailman_suite.host.wire.order import Order, SharedOrder, StateQuestion
from mailman_suite.host.wire.sides import SIDES, Side

COUNTS_AFTER = "counts_after.json"  # beside the manifest, which has those before
_SAID_LINES = 25
_MIGRATE: dict[Side, list[str]] = {
    # Any Core command migrates first; this one prints nothing and writes Postfix's maps.
    "core": ["mailman", "aliases"],
    "web": ["mailman-web", "migrate", "--noinput", "--verbosity", "1"],
}


class DataError(Exception):
    """A migration that failed, or counts that differ."""


def changes_data(order: Order) -> bool:
    """Whether a schema is behind the new release's code, a gate changes data, or data move."""
    question = {**order["databases"], "heads": order["heads"]}
    behind = ask(order, "state.schema", "look", question)
    return bool(behind["core"] or behind["web"] or order["changes"] or order["renames"])


def count_before(order: Order, journal: Journal) -> None:
    """What the databases and directories hold, kept in the manifest for the comparison.

    Nothing of a side that the window leaves alone: it goes on to change.
    """
    found = held(order, order["invariants_before"])
    sides = [side for side in SIDES if side not in order.get("leaves", [])]
    found["invariants"] = invariants.of_sides(found["invariants"], sides)
    manifest.write(journal.directory, order, order["from"], found)


def compare(order: Order, journal: Journal) -> None:
    """All data is unchanged. Raises DataError naming what is not."""
    before = manifest.read(journal.directory / manifest.NAME)["invariants"]
    after = held(order, order["invariants"])["invariants"]
    write_durably(journal.directory / COUNTS_AFTER, json.dumps(after) + "\n")
    found = differences(before, after)
    if found:
        raise DataError("the migration changed what it must not: " + "; ".join(found))


def held(order: SharedOrder, places: StateQuestion) -> Held:
    """Heads, counts and digests of what is in these places. Raises DataError.

    Files are counted here. So is SQLite in places of packages, which is of accounts of their own.
    """
    databases: DatabasesQuestion = {"databases": places["databases"]}
    is_foreign = places["databases"] != order["databases"]
    try:
        if is_foreign and "path" in places["databases"]["core"]:
            found: Held = manifest.tables(databases)
        else:
            found = ask(order, "state.manifest", "tables", databases)
        files = invariants.folders(places["var"])
    except SystemExit as error:
        raise DataError(str(error)) from None
    return {**found, "invariants": {**found["invariants"], **files}}


def change_for_gates(order: Order, journal: Journal) -> None:
    """What the gates want changed before the new Core first runs."""
    databases = order["databases"]
    question = {"database": databases["core"], "secrets": databases["secrets"]}
    touched = ask(order, "window.gate_changes", "apply", {**question, "changes": order["changes"]})
    journal.note("changed for gates", rows=touched)


def ask(order: SharedOrder, program: str, verb: str, question: Any) -> Any:
    """The JSON answer of a program beside this one. Raises DataError with the end of its output.

    The release's interpreter, which has the database drivers, runs it as the account: root runs
    no code of a release. The account cannot read our directory, so the text is handed over.
    """
    text = f'{Path(sent.__file__).read_text()}\n\nrun("mailman_suite.host.{program}", input())\n'
    words = ["runuser", "-u", order["user"], "--", order["python"], "-I", "-c", text, verb]
    words.append(json.dumps(question))
    done = subprocess.run(words, input=_programs(), capture_output=True, text=True, cwd="/")
    if done.returncode:
        said = done.stderr.strip().splitlines()[-_SAID_LINES:]
        raise DataError(f"{program} ended with status {done.returncode}: " + "\n".join(said))
    return json.loads(done.stdout.splitlines()[-1])


@lru_cache
def _programs() -> str:
    """All programs of the directory that this one is in, packed as `sent.run` unpacks them."""
    root, found = Path(__file__).parents[3], {"mailman_suite": ""}
    for path in Path(__file__).parents[1].rglob("*.py"):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path.read_text()
    return base64.b64encode(zlib.compress(json.dumps(found).encode())).decode()


def migrate(order: Order, journal: Journal) -> None:
    """Migrates Core's and the web's schema in parallel: they are independent."""
    wanted = [words for side, words in _MIGRATE.items() if side not in order.get("leaves", [])]
    with ThreadPoolExecutor(2) as pool:
        for done in pool.map(lambda words: _as_mailman(order, words), wanted):
            if done.returncode:
                said = _last_words(done.stdout + done.stderr)
                raise DataError("\n".join([f"{' '.join(done.args[-5:])} failed:", *said]))


def _last_words(text: str) -> list[str]:
    """The end of the output; of a traceback only the errors, because the first one tells most."""
    return [line for line in text.splitlines() if line[:1].strip()][-_SAID_LINES:]


def _as_mailman(order: Order, words: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
    command = [str(Path(order["python"]).with_name(words[0])), *words[1:]]
    return subprocess.run(
        ["runuser", "-u", order["user"], "--", *command],
        env={**environment, **order["environment"]},
        cwd=order["environment"]["HOME"],
        capture_output=True,
        text=True,
        umask=0o027,
    )
