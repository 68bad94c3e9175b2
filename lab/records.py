"""Records of machines and layers: one small JSON file each, replaced at once."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab import paths
from lab.commands import LabError

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
LAYER_NAME = re.compile(r"[a-z0-9][a-z0-9._+-]{0,79}")


@dataclass(frozen=True)
class Disk:
    """A stack of read-only trees: the base image first, then layers by name, oldest first."""

    suite: str
    image: str
    layers: tuple[str, ...] = ()


@dataclass(frozen=True)
class MachineRecord:
    """A machine whose disk is complete, running or not."""

    name: str
    address: str
    disk: Disk
    binds: tuple[str, ...] = ()
    memory: int | None = None  # bytes, without swap; None for all that the box has


def check_name(name: str) -> None:
    """LabError unless the name can be a host name."""
    if not NAME.fullmatch(name):
        raise LabError(f"found machine name {name!r}, expected lower case, digits and hyphens")


def check_layer_name(name: str) -> None:
    """LabError unless the name can be a directory's and part of a mount option."""
    if not LAYER_NAME.fullmatch(name):
        raise LabError(f"found layer name {name!r}, expected lower case, digits and . _ + -")


def machine(name: str) -> MachineRecord | None:
    """The machine's record; None when there is no such machine or its disk was never finished."""
    check_name(name)
    content = _read(paths.machine_directory(name) / "machine.json")
    return _machine(content) if content else None


def machines() -> list[MachineRecord]:
    """All machines, by name."""
    contents = (_read(path) for path in sorted(paths.MACHINES.glob("*/machine.json")))
    return [_machine(content) for content in contents if content]


def write_machine(record: MachineRecord) -> None:
    """The machine exists from now on."""
    _write(paths.machine_directory(record.name) / "machine.json", asdict(record))


def layer(name: str) -> Disk:
    """What to mount for a machine that starts from the layer; LabError when there is none."""
    check_layer_name(name)
    content = _read(paths.LAYERS / name / "layer.json")
    if not content:
        known = ", ".join(layers()) or "none yet"
        raise LabError(f"found no layer {name!r}, expected one of: {known}")
    return _disk(content)


def layers() -> list[str]:
    """Names of all complete layers."""
    return sorted(path.parent.name for path in paths.LAYERS.glob("[!.]*/layer.json"))


def images_in_use() -> set[str]:
    """Base images that a machine or layer of any lab on this box uses."""
    machines = [_read(path) for path in paths.ALL_STATE.glob("*/machines/*/machine.json")]
    layers = [_read(path) for path in paths.ALL_STATE.glob("*/layers/*/layer.json")]
    disks = [content["disk"] for content in machines if content]
    disks += [content for content in layers if content]
    return {_disk(disk).image for disk in disks}


def write_layer(directory: Path, disk: Disk) -> None:
    """Writes into the directory that it is the top of this disk."""
    _write(directory / "layer.json", asdict(disk))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return None


def _write(path: Path, content: dict[str, object]) -> None:
    new = path.with_suffix(".new")
    new.write_text(json.dumps(content, indent=2) + "\n")
    os.replace(new, path)


def _machine(content: dict[str, Any]) -> MachineRecord:
    disk, binds = _disk(content["disk"]), tuple(content["binds"])
    memory = content.get("memory")
    return MachineRecord(content["name"], content["address"], disk, binds, memory)


def _disk(content: dict[str, Any]) -> Disk:
    return Disk(content["suite"], content["image"], tuple(content["layers"]))
