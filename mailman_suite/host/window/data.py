"""The data of a suite in a window: what must not change is counted, the schemas are migrated."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from mailman_suite.host.base.release_tree import write_durably
from mailman_suite.host.state import manifest
from mailman_suite.host.state.invariants import differences
from mailman_suite.host.window.journal import Journal

Order = dict[str, Any]

COUNTS_AFTER = "counts_after.json"  # beside the manifest, which has those before
_SAID_LINES = 25


class DataError(Exception):
    """A migration that failed, or counts that differ."""


def changes_data(order: Order) -> bool:
    """Whether a schema is behind the new release's code, a gate changes data, or data move."""
    question = {**order["databases"], "heads": order["heads"]}
    behind = ask(order, "state.schema", "look", question)
    return bool(behind["core"] or behind["web"] or order["changes"] or order["renames"])


def count_before(order: Order, journal: Journal) -> None:
    """What the databases and directories hold, kept in the manifest for the comparison."""
    held = ask(order, "state.manifest", "look", order["invariants_before"])
    manifest.write(journal.directory, order, order["from"], held)


def compare(order: Order, journal: Journal) -> None:
    """Everything is still there. Raises DataError naming what is not."""
    before = manifest.read(journal.directory / manifest.NAME)["invariants"]
    after = counted(order, order["invariants"])
    write_durably(journal.directory / COUNTS_AFTER, json.dumps(after) + "\n")
    found = differences(before, after)
    if found:
        raise DataError("the migration changed what it must not: " + "; ".join(found))


def counted(order: Order, places: dict[str, Any]) -> dict[str, Any]:
    """The invariants, asked with the new release's interpreter, which has the database drivers."""
    return ask(order, "state.invariants", "look", places)


def change_for_gates(order: Order, journal: Journal) -> None:
    """What the gates want changed before the new Core first runs."""
    databases = order["databases"]
    question = {"database": databases["core"], "secrets": databases["secrets"]}
    touched = ask(order, "window.gate_changes", "apply", {**question, "changes": order["changes"]})
    journal.note("changed for gates", rows=touched)


def ask(order: Order, program: str, verb: str, question: Any) -> dict[str, Any]:
    """The JSON answer of a program beside this one. Raises DataError with its last words."""
    words = [order["python"], "-s", "-m", f"mailman_suite.host.{program}", verb]
    done = subprocess.run([*words, json.dumps(question)], capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines()[-_SAID_LINES:]
        raise DataError(f"{program} ended with status {done.returncode}: " + "\n".join(said))
    return dict(json.loads(done.stdout.splitlines()[-1]))


def migrate(order: Order, journal: Journal) -> None:
    """Core's and the web's schema, side by side: neither knows of the other."""
    # Any Core command migrates first; this one prints nothing and writes Postfix' maps.
    core = ["mailman", "aliases"]
    web = ["mailman-web", "migrate", "--noinput", "--verbosity", "1"]
    with ThreadPoolExecutor(2) as pool:
        for done in pool.map(lambda words: _as_mailman(order, words), (core, web)):
            if done.returncode:
                said = _last_words(done.stdout + done.stderr)
                raise DataError("\n".join([f"{' '.join(done.args[-5:])} failed:", *said]))


def _last_words(text: str) -> list[str]:
    """The end of the output; of a traceback the errors alone, because the first one tells most."""
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
