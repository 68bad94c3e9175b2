"""The answers that every choice of a suite has: one module each, in the choice's own folder.

A module that answers a choice has one value `ANSWER`, of the type that the folder's `model.py`
describes. The folder itself is the list of answers; no other list names them.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any


@cache
def answers(choice: str) -> Mapping[str, Any]:
    """The answers of a choice, such as `proxy`, by their names in group data.

    Raises ModuleNotFoundError for a choice that has no folder.
    """
    package = import_module(f"mailman_suite.parts.{choice}")
    names = [one.name for one in pkgutil.iter_modules(package.__path__)]
    modules = [import_module(f"{package.__name__}.{name}") for name in names]
    found = [module.ANSWER for module in modules if hasattr(module, "ANSWER")]
    return {one.name: one for one in found}
