"""Booting: from a disk to a machine that answers on SSH."""

from __future__ import annotations

import shlex
import socket
import time
from collections.abc import Sequence

from lab import disks, memory, network, packages, paths, processes, records
from lab.commands import LabError, run
from lab.records import MachineRecord

BOOT_SECONDS = 60.0
PORT_SECONDS = 2.0
PORT_TRIES = 5


class PortTakenError(LabError):
    """The machine's port on the bridge still belongs to an earlier machine of its name."""


def on(record: MachineRecord) -> None:
    """The machine runs on the disk that it has, and answers on SSH."""
    network.ensure()
    if not processes.is_running(record.name):
        _boot(record)
    for left in reversed(range(PORT_TRIES)):
        try:
            _wait_for_ssh(record)
            return
        except PortTakenError:
            if not left:
                raise
            # The kernel removes a network namespace some time after its last process was killed: a
            # connection to a neighbour that was cut off too keeps it for minutes.
            network.free_port(record.name)
            time.sleep(PORT_SECONDS)
            _boot(record)


def on_without_system(record: MachineRecord, server_options: Sequence[str]) -> None:
    """The machine runs only an SSH server with these options, and it answers."""
    server = shlex.join(["/usr/sbin/sshd", "-D", *server_options])
    address = f"{record.address}/{paths.NETWORK.prefixlen}"
    up = f"ip link set host0 mtu {network.mtu()} up && ip address add {address} dev host0"
    alone = ("--as-pid2", "--resolv-conf=off", "/bin/sh", "-c")
    _start(record, [*alone, f"{up} && mkdir -p /run/sshd && exec {server}"])
    _wait_for_ssh(record)


def _boot(record: MachineRecord) -> None:
    processes.kill(record.name)
    for other in records.machines():
        packages.collect(other)
    packages.lend(record)
    caches = {packages.archives(record): "/var/cache/apt/archives"}
    caches[packages.open_pip_cache()] = "/var/cache/pip"
    shared = [f"--bind={here}:{there}" for here, there in caches.items()]
    _start(record, ["--boot", "--resolv-conf=replace-host", *shared])


def _start(record: MachineRecord, words: Sequence[str]) -> None:
    """Runs nspawn for the machine: `words` are further options, then the command to run in it."""
    # The address may have belonged to a machine with another hardware address.
    run(["ip", "neighbour", "flush", "to", record.address, "dev", paths.BRIDGE])
    directory = paths.machine_directory(record.name)
    console, root = directory / "console.log", directory / "root"
    nspawn = [*_options(record), *words]
    groups = [memory.limited(record.name, record.memory)] if record.memory else []
    processes.start(record.name, disks.overlay(record), root, nspawn, console, groups)


def _options(record: MachineRecord) -> list[str]:
    return [
        f"--machine={paths.PREFIX}-{record.name}",
        f"--hostname={record.name}",
        f"--directory={paths.machine_directory(record.name) / 'root'}",
        f"--network-bridge={paths.BRIDGE}",
        # The box may have no systemd of its own to register with.
        *("--quiet", "--register=no", "--keep-unit", "--settings=no"),
        *("--link-journal=no", "--timezone=off"),
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
