"""Booting: from a disk to a machine that answers on SSH."""

from __future__ import annotations

import socket
import time

from lab import disks, network, packages, paths, processes, records
from lab.commands import LabError, run
from lab.records import MachineRecord

BOOT_SECONDS = 60.0
PORT_SECONDS = 2.0
PORT_TRIES = 15


class PortTakenError(LabError):
    """The machine's end of the bridge still belongs to what ran under its name before."""


def on(record: MachineRecord) -> None:
    """The machine runs on the disk that it has, and answers on SSH."""
    network.ensure()
    if not processes.is_running(record.name):
        _start(record)
    for left in reversed(range(PORT_TRIES)):
        try:
            _wait_for_ssh(record)
            return
        except PortTakenError:
            if not left:
                raise
            # The kernel takes a network apart some time after the last process in it was killed.
            time.sleep(PORT_SECONDS)
            _start(record)


def _start(record: MachineRecord) -> None:
    processes.kill(record.name)
    for other in records.machines():
        packages.collect(other)
    packages.lend(record)
    # The address may have belonged to a machine with another hardware address.
    run(["ip", "neighbour", "flush", "to", record.address, "dev", paths.BRIDGE])
    directory = paths.machine_directory(record.name)
    console, root = directory / "console.log", directory / "root"
    processes.start(record.name, disks.overlay(record), root, _nspawn(record), console)


def _nspawn(record: MachineRecord) -> list[str]:
    return [
        f"--machine={paths.PREFIX}-{record.name}",
        f"--hostname={record.name}",
        f"--directory={paths.machine_directory(record.name) / 'root'}",
        f"--network-bridge={paths.BRIDGE}",
        # The box may have no systemd of its own to register with.
        *("--boot", "--quiet", "--register=no", "--keep-unit", "--settings=no"),
        *("--resolv-conf=replace-host", "--link-journal=no", "--timezone=off"),
        f"--bind={packages.archives(record)}:/var/cache/apt/archives",
        f"--bind={packages.open_pip_cache()}:/var/cache/pip",
        *(f"--bind-ro={bind}" for bind in record.binds),
    ]


def _wait_for_ssh(record: MachineRecord) -> None:
    deadline = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < deadline:
        if not processes.pids(record.name):
            break
        try:
            with socket.create_connection((record.address, 22), timeout=1) as connection:
                if connection.recv(4) == b"SSH-":
                    return
        except OSError:
            time.sleep(0.05)
    console = paths.machine_directory(record.name) / "console.log"
    words = "\n".join(console.read_text(errors="replace").splitlines()[-15:])
    kind = PortTakenError if "Failed to add new veth" in words else LabError
    raise kind(f"{record.name} did not answer on SSH; the end of {console}:\n{words}")
