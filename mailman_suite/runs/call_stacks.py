"""Spares every operation of every host a search through Python's modules that finds nothing.

pyinfra orders operations by the lines that they are called from, which `inspect` tells it. For a
file that is executed and never imported, as a deploy file is, `inspect` goes through all modules
each time: it remembers only those that it found.
"""

from __future__ import annotations

import inspect

from mailman_suite.base.repository import DEPLOYS

_NO_MODULE = ""  # the name of none; `inspect` answers as after a search


def deploys_are_no_modules() -> None:
    """What `inspect` would find out about each deploy file, it knows: that it is no module's."""
    for deploy in DEPLOYS.glob("*.py"):
        inspect.modulesbyfile[str(deploy)] = _NO_MODULE
