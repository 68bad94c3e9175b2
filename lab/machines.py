"""Machines by name: up, down, power and network cuts, snapshots. Safe from several processes."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from lab import (
    access,
    disks,
    images,
    memory,
    needs,
    network,
    packages,
    paths,
    power,
    processes,
    records,
)
from lab.commands import LabError, checked
from lab.locks import held
from lab.records import MachineRecord

DEFAULT_SUITE = images.SUITES[0]


@dataclass(frozen=True)
class Machine:
    """A machine of the lab: its name, IPv4 address and Debian suite, and what can be done to it."""

    name: str
    address: str
    suite: str

    @property
    def full_name(self) -> str:
        """Host name with domain; a mail domain that the machine itself resolves."""
        return f"{self.name}.{paths.DOMAIN}"

    @property
    def testinfra_address(self) -> str:
        """Argument for `testinfra.get_host`."""
        return f"ssh://root@{self.name}?ssh_config={paths.SSH_CONFIG}"

    def run(
        self, command: str, *, stdin: str = "", check: bool = True, timeout: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The finished shell command, run as root over SSH; timeout in seconds."""
        argv = [*access.ssh(self.name, "-T"), "--", command]
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=timeout)
        return checked(done) if check else done

    def is_running(self) -> bool:
        """Whether the machine has power."""
        return processes.is_running(self.name)

    def wait_booted(self, timeout: float = power.BOOT_SECONDS) -> str:
        """What systemd says once all units have started or failed: `running`, `degraded`, ..."""
        waiting = "systemctl is-system-running --wait"
        return self.run(waiting, check=False, timeout=timeout).stdout.strip()

    def killed_for_memory(self) -> int:
        """How many processes the kernel killed since the boot, because the limit was reached."""
        return memory.killed(self.name)

    def boot(self) -> None:
        """The machine runs, on the disk that it has, and answers on SSH."""
        up(self.name)

    def shut_down(self) -> None:
        """The machine is off as after `systemctl poweroff`."""
        shut_down(self.name)

    def power_cut(self) -> None:
        """The machine is off, with no warning to anything in it."""
        power_cut(self.name)

    def network_cut(self) -> None:
        """The machine's packets are dropped until `network_repair` or a boot."""
        network.cut(processes.init(self.name))

    def network_repair(self) -> None:
        """The machine's packets are delivered again."""
        network.repair(processes.init(self.name))

    def snapshot(self, layer: str) -> None:
        """All that the machine wrote becomes a layer; the machine runs again after a short stop."""
        snapshot(self.name, layer)

    def down(self) -> None:
        """Removes the machine and its disk."""
        down(self.name)


def up(
    name: str,
    *,
    suite: str | None = None,
    layer: str | None = None,
    binds: Sequence[str] = (),
    memory_bytes: int | None = None,
) -> Machine:
    """The machine, answering on SSH. An existing one is booted from its own disk.

    A new one starts from the suite's base image (default: bookworm) or from the layer. `binds` are
    directories of the box that the machine can read, as PATH or PATH:PATH_INSIDE. With
    `memory_bytes` it has so much memory and no swap.
    """
    needs.ensure()
    with _alone_with(name):
        record = records.machine(name)
        if record is None or not disks.is_whole(record):
            record = _create(name, suite, layer, tuple(binds), memory_bytes)
        _check_same(record, suite, layer)
        power.on(record)
    return _machine(record)


def up_without_system(
    name: str, server_options: Sequence[str], *, binds: Sequence[str] = ()
) -> Machine:
    """A new machine that runs only an SSH server, so that a box can have very many.

    It has a disk, a name and an address like any other, and `down` removes it.
    """
    needs.ensure()
    with _alone_with(name):
        record = _create(name, None, None, tuple(binds))
        power.on_without_system(record, server_options)
    return _machine(record)


def get(name: str) -> Machine:
    """The existing machine of that name, running or not; LabError when there is none."""
    return _machine(_existing(name))


def running() -> list[Machine]:
    """All machines that have power, by name."""
    return [_machine(record) for record in records.machines() if processes.is_running(record.name)]


def down(name: str) -> None:
    """Removes machine and disk, even unfinished ones; its downloads are kept."""
    with _alone_with(name):
        _discard(name)
        _publish_addresses()


def down_all() -> None:
    """Removes machines, bridge, table, mounts and processes of the lab; keeps layers and caches."""
    for directory in sorted(paths.MACHINES.glob("*")):
        down(directory.name)
    network.remove()
    processes.remove_groups()


def shut_down(name: str) -> None:
    """The machine has stopped cleanly; `up` boots it again."""
    with _alone_with(name):
        processes.shut_down(_existing(name).name)


def power_cut(name: str) -> None:
    """Everything in the machine was killed at once; `up` boots it from the same disk.

    What programs had written but not synced survives, because the box's page cache does; a real
    power cut is harsher in that respect.
    """
    with _alone_with(name):
        processes.kill(_existing(name).name)


def snapshot(name: str, layer: str) -> None:
    """The machine's writes become a read-only layer; if it ran, it stops and boots again."""
    with _alone_with(name):
        record = _existing(name)
        disks.require_new_layer(layer)
        was_running = processes.is_running(name)
        processes.shut_down(name)
        packages.collect(record)
        record = disks.freeze(record, layer)
        if was_running:
            power.on(record)


@contextmanager
def _alone_with(name: str) -> Iterator[None]:
    records.check_name(name)
    with held(f"machine-{name}"):
        yield


def _create(
    name: str,
    suite: str | None,
    layer: str | None,
    binds: tuple[str, ...],
    memory_bytes: int | None = None,
) -> MachineRecord:
    _discard(name)
    disk = records.layer(layer) if layer else None
    suite = suite or (disk.suite if disk else DEFAULT_SUITE)
    disk = disk or records.Disk(suite, images.ensure(suite).name)
    # An impossible network is refused before the machine gets an address in it.
    network.ensure()
    with held("addresses"):
        address = network.free_address([record.address for record in records.machines()])
        record = MachineRecord(name, address, disk, binds, memory_bytes)
        disks.make(record)
    _publish_addresses()
    return record


def _discard(name: str) -> None:
    record = records.machine(name)
    processes.kill(name)
    if record:
        packages.collect(record)
    disks.remove(name)


def _publish_addresses() -> None:
    with held("addresses"):
        access.write_ssh_config({record.name: record.address for record in records.machines()})


def _existing(name: str) -> MachineRecord:
    record = records.machine(name)
    if record is None:
        known = ", ".join(record.name for record in records.machines()) or "none yet"
        raise LabError(f"found no machine {name!r}, expected one of: {known}")
    return record


def _check_same(record: MachineRecord, suite: str | None, layer: str | None) -> None:
    same_layer = layer is None or layer in record.disk.layers
    if suite not in (None, record.disk.suite) or not same_layer:
        disk = " + ".join((record.disk.image, *record.disk.layers))
        hint = f"`python -m lab down {shlex.quote(record.name)}` first, or use another name"
        raise LabError(f"found machine {record.name} made from {disk}, expected another; {hint}")


def _machine(record: MachineRecord) -> Machine:
    return Machine(record.name, record.address, record.disk.suite)
