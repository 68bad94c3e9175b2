"""Disks of machines: an overlay whose writable top can be frozen into a layer for others."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from lab import hours, network, paths, records
from lab.commands import LabError
from lab.records import MachineRecord


def make(record: MachineRecord) -> None:
    """A new disk with the machine's identity; the record is written last, when all else exists."""
    directory = paths.machine_directory(record.name)
    for name in ("root", "archives"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    _make_top(record)
    records.write_machine(record)


def remove(name: str) -> None:
    """Removes the machine's directory, even one that was never finished."""
    directory = paths.machine_directory(name)
    if directory.exists():
        shutil.rmtree(directory)


def overlay(record: MachineRecord) -> str:
    """Mount options for the machine's root."""
    directory = paths.machine_directory(record.name)
    trees = [paths.LAYERS / layer / "tree" for layer in reversed(record.disk.layers)]
    lower = ":".join(str(tree) for tree in [*trees, paths.IMAGES / record.disk.image])
    top = f"upperdir={directory / 'upper'},workdir={directory / 'work'}"
    # Without redirect_dir, renaming a directory of a layer fails (EXDEV), unlike on a real disk.
    return f"lowerdir={lower},{top},redirect_dir=on,index=off,metacopy=off"


def require_new_layer(layer: str) -> None:
    """LabError unless a layer of that name can be made."""
    records.check_layer_name(layer)
    if layer in records.layers():
        hint = f"`python -m lab prune {layer}` removes it"
        raise LabError(f"found a layer {layer!r} already, expected a new name; {hint}")


def freeze(record: MachineRecord, layer: str) -> MachineRecord:
    """The machine's writes become a layer of that name, and the stopped machine uses that layer."""
    disk = replace(record.disk, layers=(*record.disk.layers, layer))
    paths.LAYERS.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".new-", dir=paths.LAYERS))
    records.write_layer(building, disk)
    (paths.machine_directory(record.name) / "upper").rename(building / "tree")
    building.rename(paths.LAYERS / layer)
    continued = replace(record, disk=disk)
    _make_top(continued)
    records.write_machine(continued)
    return continued


def is_whole(record: MachineRecord) -> bool:
    """False when a snapshot was killed between taking the disk and giving a new one."""
    return (paths.machine_directory(record.name) / "upper" / "etc" / "hosts").exists()


def _make_top(record: MachineRecord) -> None:
    directory = paths.machine_directory(record.name)
    for name in ("upper", "work"):
        shutil.rmtree(directory / name, ignore_errors=True)
        (directory / name).mkdir(mode=0o755)
    files = identity(record) | hours.waiting(datetime.now(UTC))
    for path, text in files.items():
        target = directory / "upper" / path
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        target.write_text(text)


def identity(record: MachineRecord) -> dict[str, str]:
    """Files with the machine's identity: path below the root, and text."""
    full_name = f"{record.name}.{paths.DOMAIN}"
    return {
        "etc/hostname": f"{record.name}\n",
        "etc/machine-id": "",
        "etc/systemd/network/10-lab.network": _network(record.address),
        "etc/hosts": (
            "127.0.0.1 localhost\n"
            "::1 localhost ip6-localhost ip6-loopback\n"
            f"{record.address} {full_name} {record.name}\n"
        ),
    }


def _network(address: str) -> str:
    return (
        "[Match]\nName=host0\n\n"
        f"[Link]\nMTUBytes={network.mtu()}\n\n"
        f"[Network]\nAddress={address}/{paths.NETWORK.prefixlen}\nGateway={paths.GATEWAY}\n"
        "DHCP=no\nIPv6AcceptRA=no\nLinkLocalAddressing=no\n"
    )
