"""Machines for measuring, gone afterwards; what a killed benchmark left goes with the next."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from lab import machines, records
from lab.machines import Machine

_ANSWERS = Path(__file__).with_name("answers.py")
_AT_A_TIME = 4
_OURS = re.compile(r"bench-(\d+)(-\d+)?")


@contextmanager
def machine(*, layer: str | None = None, suite: str | None = None) -> Iterator[Machine]:
    """A machine that has finished booting, so that the boot is in no figure."""
    name = f"bench-{os.getpid()}"
    made = machines.up(name, layer=layer, suite=suite)
    try:
        made.wait_booted()
        yield made
    finally:
        made.down()


@contextmanager
def light_machines(
    number: int, server_options: Sequence[str], binds: Sequence[str]
) -> Iterator[list[Machine]]:
    """So many machines in which nothing but an SSH server runs."""
    names = [f"bench-{os.getpid()}-{count}" for count in range(1, number + 1)]
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        try:
            yield list(
                pool.map(
                    lambda name: machines.up_without_system(name, server_options, binds=binds),
                    names,
                )
            )
        finally:
            list(pool.map(machines.down, names))


def remove_leftovers() -> None:
    """No machine of a benchmark is left whose process was killed."""
    for record in records.machines():
        found = _OURS.fullmatch(record.name)
        if found and not Path("/proc", found[1]).exists():
            machines.down(record.name)


def wait_until_it_answers(host: Machine, web_host: str) -> None:
    """Returns when REST, LMTP and the web's first page answer; CalledProcessError otherwise."""
    host.run(f"python3 - {web_host}", stdin=_ANSWERS.read_text(encoding="utf-8"))
