"""Downloads shared between machines, so that the second install needs no network.

apt locks its archive directory, therefore each machine gets its own, filled with hard links from
the shared one; what it downloads is linked back. apt never writes into a finished package file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from pathlib import Path

from lab import paths
from lab.records import MachineRecord


def archives(record: MachineRecord) -> Path:
    """The machine's own archive directory, on the box."""
    return paths.machine_directory(record.name) / "archives"


def lend(record: MachineRecord) -> None:
    """The machine has every package that any machine of its suite downloaded."""
    _link_all(_shared(record), archives(record))


def collect(record: MachineRecord) -> None:
    """The next machine has what this machine downloaded."""
    _link_all(archives(record), _shared(record))


def open_pip_cache() -> Path:
    """The pip cache that all machines share; every user on every machine may use its entries."""
    paths.PIP_CACHE.mkdir(parents=True, exist_ok=True)
    paths.PIP_CACHE.chmod(0o1777)
    # pip writes entries for its own user only (0600), and users differ from machine to machine.
    for directory, names, files in os.walk(paths.PIP_CACHE):
        for name in names:
            _allow(f"{directory}/{name}", 0o777)
        for name in files:
            _allow(f"{directory}/{name}", 0o666)
    return paths.PIP_CACHE


def _shared(record: MachineRecord) -> Path:
    shared = paths.PACKAGES / record.disk.suite
    shared.mkdir(parents=True, exist_ok=True)
    return shared


def _link_all(source: Path, target: Path) -> None:
    """Every finished package of the source is in the target; the two may change meanwhile."""
    with contextlib.suppress(FileNotFoundError):
        present = {entry.name for entry in os.scandir(target)}
        for entry in os.scandir(source):
            if entry.name.endswith(".deb") and entry.name not in present:
                with contextlib.suppress(FileExistsError, FileNotFoundError):
                    _link(Path(entry.path), target / entry.name)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # Cache and state are on different disks. The name appears when the copy is complete.
        copy = target.with_suffix(f".{os.getpid()}")
        shutil.copyfile(source, copy)
        os.replace(copy, target)


def _allow(path: str, mode: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        if os.stat(path).st_mode & 0o777 != mode:
            os.chmod(path, mode)
