"""Hosts with Debian's own mailman3-full packages: layers, then clones."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import layers, machines
from lab.machines import Machine
from tests.lab import debian_seed
from tests.lab.guide_made import run_script
from tests.lab.handmade_suite import HandmadeSuite
from tests.lab.installed import DOMAIN, LIST, WEB_HOST, Combination

SUITE = "bookworm"  # has Core 3.3.8
HERE = Path(__file__).parent
_INSTALL = HERE / "debian_made" / "install.sh"
_NUMBERS = itertools.count(1)


def layer() -> str:
    """The name of the layer that holds the finished host, made now or before."""
    return layers.cached("debian-made", [_INSTALL, DOMAIN, LIST, WEB_HOST], _install, suite=SUITE)


def seeded() -> str:
    """The layer of such a host with data in it."""
    inputs = [HERE / name for name in ("debian_seed.py", "seed.py", "seeds")]
    return layers.cached("debian-seeded", inputs, debian_seed.fill, suite=SUITE, parent=layer())


@contextmanager
def clone(base: str = "") -> Iterator[Machine]:
    """A machine that is such a host, just booted; gone at the end."""
    name = f"test-{os.getpid()}-debian-{next(_NUMBERS)}"
    machine = machines.up(name, layer=base or layer())
    try:
        yield machine
    finally:
        machine.down()


def suite(machine: Machine) -> HandmadeSuite:
    """The machine's suite, to be asked over REST."""
    return HandmadeSuite(machine, Combination(SUITE, "sqlite", "3.3.10+forked"))


def _install(machine: Machine) -> None:
    run_script(machine, _INSTALL, WEB_HOST, DOMAIN)
    suite(machine).add_list()
