"""Hosts with Debian's own mailman3-full packages: layers, then clones."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guide_made import run_script
from handmade_suite import HandmadeSuite
from installed import DOMAIN, LIST, WEB_HOST, Combination

from lab import layers, machines
from lab.machines import Machine

SUITE = "bookworm"  # has Core 3.3.8
_INSTALL = Path(__file__).parent / "debian_made" / "install.sh"
_NUMBERS = itertools.count(1)


def layer() -> str:
    """The name of the layer that holds the finished host, made now or before."""
    return layers.cached("debian-made", [_INSTALL, DOMAIN, LIST, WEB_HOST], _install, suite=SUITE)


@contextmanager
def clone() -> Iterator[Machine]:
    """A machine that is such a host, just booted; gone at the end."""
    machine = machines.up(f"test-{os.getpid()}-debian-{next(_NUMBERS)}", layer=layer())
    try:
        yield machine
    finally:
        machine.down()


def suite(machine: Machine) -> HandmadeSuite:
    """The machine's suite, to be asked over REST."""
    return HandmadeSuite(machine, Combination(SUITE, "sqlite", "3.3.10+django52"))


def _install(machine: Machine) -> None:
    run_script(machine, _INSTALL, WEB_HOST, DOMAIN)
    suite(machine).add_list()
