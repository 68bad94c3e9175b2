"""Installed suites for tests: one layer per combination, made by the deploy, then cloned.

A layer is built once per content of what decides it. Names inside it do not depend on the machine's
name, so that a clone is already what the deploy declares.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import layers
from lab.machines import Machine
from mailman_suite.gates import release as gates_release
from mailman_suite.releases.catalogue import RELEASES, replacements
from tests.lab.choices import covering

REPOSITORY = Path(__file__).parents[2]
# What an install reads, besides its own release's locks.
DECIDES = (
    *("mailman_suite", "deploys/mailman.py", "deploys/steps", "templates"),
    *("group_data", "inventories/lab.py", "config.py", "requirements.txt"),
)

WEB_HOST = "lists.suite.test"
DOMAIN = "suite.test"
LIST = f"news@{DOMAIN}"
LIST_ID = f"news.{DOMAIN}"
DECLARED: Mapping[str, Any] = {
    "mailman_web_host": WEB_HOST,
    "mailman_web_aliases": [],
    "mailman_domains": [DOMAIN],
    "mailman_site_owner": f"postmaster@{DOMAIN}",
    "mailman_lists": [{"address": LIST, "display_name": "News", "owners": [f"owner@{DOMAIN}"]}],
}
INSTALL_SECONDS = 1200
# What a run of pyinfra reads; a copy of it has no release yet.
_CONTROLLER = (
    *("config.py", "requirements.txt", "deploys", "group_data", "inventories", "lab"),
    *("mailman_suite", "releases", "templates"),
)
# On the clones of a layer: what the first run said, and the arguments of its processes.
FIRST_RUN = "/var/lib/first-run.log"
FIRST_ARGUMENTS = "/var/lib/first-run.arguments"


@dataclass(frozen=True)
class Combination:
    """A Debian suite, a database and a release that are tested together."""

    suite: str
    database: str
    release: str

    def __str__(self) -> str:
        return f"{self.suite}-{self.database}-{self.release}"

    @property
    def data(self) -> dict[str, Any]:
        """The group data that declares this combination."""
        chosen = {"mailman_database": self.database, "mailman_release": self.release}
        return {**DECLARED, **chosen, **self._word}

    @property
    def _word(self) -> dict[str, Any]:
        """What an operator says who begins with a release that newer ones have replaced."""
        replaced = replacements(RELEASES[self.release])
        return {"mailman_acknowledged": {self.release: [gates_release.NAME]}} if replaced else {}


COMBINATIONS = (
    Combination("bookworm", "sqlite", "3.3.10+forked"),
    Combination("bookworm", "postgresql", "3.3.10+forked"),
    Combination("trixie", "sqlite", "3.3.10+forked"),
    Combination("trixie", "postgresql", "3.3.10+forked"),
    Combination("bullseye", "sqlite", "3.3.10"),
)
DEFAULT = COMBINATIONS[0]
# What `make test` asks every suite; the rest is asked by `make test-full`. Each system and each
# database with each of its releases; the windows' tests have the other database on Debian 12.
EVERY_DAY = covering(
    COMBINATIONS, lambda one: (one.suite, one.release), lambda one: (one.database, one.release)
)


def layer(combination: Combination) -> str:
    """The name of the layer that the deploy made of a bare machine, now or before."""
    words = json.dumps(combination.data, sort_keys=True)
    read = (*DECIDES, f"releases/{combination.release}")
    return layers.cached(
        f"suite-{combination.database}-{combination.release}",
        [*(REPOSITORY / name for name in read), words],
        lambda machine: _install(machine, combination),
        suite=combination.suite,
    )


def _install(machine: Machine, combination: Combination) -> None:
    """Installs, keeping what the run said and every process' arguments for the tests to read."""
    watch(machine, FIRST_ARGUMENTS)
    done = converge(machine, combination.data, ("-y", "-vvv"), timeout=INSTALL_SECONDS)
    machine.run(f"install -m 600 /dev/stdin {FIRST_RUN}", stdin=done.stdout)
    if done.returncode:
        journal = machine.run("journalctl --boot --no-pager --lines=100", check=False).stdout
        said = machine.run(f"tail -60 {FIRST_RUN}").stdout
        raise AssertionError(f"{combination} was not installed:\n{said}\n{journal}")


def watch(machine: Machine, log: str) -> None:
    """From now until it stops, the machine notes the arguments of all processes that it sees."""
    program = (REPOSITORY / "tests/lab/argument_watch.py").read_text()
    machine.run("install -m 600 /dev/stdin /var/lib/argument_watch.py", stdin=program)
    machine.run(
        f"systemd-run --quiet --unit=argument-watch --property=StandardOutput=append:{log}"
        " python3 /var/lib/argument_watch.py"
    )


def command(
    machine: Machine,
    data: Mapping[str, Any],
    options: Sequence[str] = ("-y",),
    deploy: str = "deploys/mailman.py",
) -> list[str]:
    """The words of a deploy's command line for one machine, with these values of settings."""
    given = [f"{key}={_word(value)}" for key, value in data.items()]
    return [
        *(sys.executable, "-m", "pyinfra", *options, "inventories/lab.py", "--limit", machine.name),
        *(word for value in given for word in ("--data", value)),
        deploy,
    ]


def converge(
    machine: Machine,
    data: Mapping[str, Any],
    options: Sequence[str] = ("-y",),
    *,
    deploy: str = "deploys/mailman.py",
    timeout: float = 300,
    repository: Path = REPOSITORY,
) -> subprocess.CompletedProcess[str]:
    """One run of a deploy; `stdout` holds everything that it said. Timeout in seconds."""
    return subprocess.run(
        command(machine, data, options, deploy),
        cwd=repository,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
    )


@contextmanager
def without_releases() -> Iterator[Path]:
    """A control machine's copy of this repository that has no release: the first host builds it."""
    with tempfile.TemporaryDirectory() as name:
        for part in _CONTROLLER:
            source, target = REPOSITORY / part, Path(name, part)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, target)
        yield Path(name)


def changes(said: str) -> list[str]:
    """The operations that a run reported as changed or failed, by name."""
    rows = re.findall(r"^ {4}(\S.*?) {2,}\d+ +(\S+) +(\S+) +\S+ *$", said, re.MULTILINE)
    if not rows:
        raise AssertionError(f"the run printed no table of results:\n{said}")
    changed = [name for name, success, error in rows if (success, error) != ("-", "-")]
    return [name for name in changed if name != "Grand total"]


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
