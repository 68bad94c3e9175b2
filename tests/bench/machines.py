"""Machines for measuring: one at a time, gone afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import machines
from lab.machines import Machine

_ANSWERS = Path(__file__).with_name("answers.py")


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


def wait_until_it_answers(host: Machine, web_host: str) -> None:
    """Returns when REST, LMTP and the web's first page answer; CalledProcessError otherwise."""
    host.run(f"python3 - {web_host}", stdin=_ANSWERS.read_text(encoding="utf-8"))
