"""The units of a host that is a directory: their files, and what each of them is at the moment."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

_PLACES = ("etc/systemd/system", "lib/systemd/system")


def unit_file(root: Path, name: str) -> Path | None:
    """The file of a unit, be it of a template; the administrator's before the packages'."""
    template = re.sub("@[^.]*", "@", name)
    paths = (f"{root}/{place}/{one}" for place in _PLACES for one in (name, template))
    return next((Path(path) for path in paths if os.path.lexists(path)), None)


def is_masked(file: Path) -> bool:
    return file.is_symlink() and os.readlink(file) == os.devnull


def state(root: Path, name: str) -> dict[str, str]:
    """What a unit is, and since it was started with which release and configuration."""
    try:
        with open(f"{root}/pretended/units/{name}", "rb") as file:
            return dict(json.loads(file.read()))
    except FileNotFoundError:
        return {"state": "inactive"}


def set_state(root: Path, name: str, **unit: str) -> None:
    place = f"{root}/pretended/units"
    with open(f"{place}/.{name}", "w") as file:
        file.write(json.dumps(unit))
    os.rename(f"{place}/.{name}", f"{place}/{name}")
