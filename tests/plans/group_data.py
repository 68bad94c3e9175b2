"""The repository's group data for plans, read by the rules that pyinfra reads it by."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "group_data"


def group_data(*groups: str, folder: Path = FOLDER) -> dict[str, Any]:
    """The values of the groups' files, later groups winning key by key: `group_data("all", "lab")`.

    Imported names and names with two leading underscores are not data.
    """
    data: dict[str, Any] = {}
    for group in groups:
        path = folder / f"{group}.py"
        imported = _imported_names(path.read_text(encoding="utf-8"))
        for name, value in runpy.run_path(str(path)).items():
            if name not in imported and not name.startswith("__"):
                data[name] = value
    return data


def _imported_names(source: str) -> set[str]:
    imports = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Import | ast.ImportFrom)]
    names = [alias.asname or alias.name for node in imports for alias in node.names]
    return {name.partition(".")[0] for name in names}
