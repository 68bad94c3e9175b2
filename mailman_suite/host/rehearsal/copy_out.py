"""Reads a whole suite while it works and writes nothing on its host, not even a temporary file.

`look`:   {"patterns", "skips", "databases"} -> {"machine", "addresses", "bytes"}.
`stream`: the same; a tar archive on standard output: first both databases, each of one instant,
          then the files as they are, last `summary.json` with what vanished meanwhile.

Run as root with the host's own interpreter.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from typing import BinaryIO

from mailman_suite.host.base import verbs
from mailman_suite.host.rehearsal import database_copies
from mailman_suite.host.rehearsal.entries import named
from mailman_suite.host.wire.rehearsal import CopyOutQuestion, Measured


def look(asked: CopyOutQuestion) -> Measured:
    """The machine's digest, its addresses, and the most bytes that a copy may take."""
    with open("/etc/machine-id", "rb") as text:
        machine = hashlib.sha256(text.read().strip()).hexdigest()
    said = subprocess.run(["hostname", "-I"], stdout=subprocess.PIPE, check=True).stdout
    databases, names = asked["databases"], database_copies.NAMES
    sizes = [database_copies.size(databases[name], databases["secrets"]) for name in names]
    with contextlib.suppress(FileNotFoundError):
        sizes += [os.lstat(path).st_size for path in paths(asked)]
    return {"machine": machine, "addresses": said.decode().split(), "bytes": sum(sizes)}


def paths(asked: CopyOutQuestion) -> Iterator[str]:
    """Every path that the patterns name and everything below it, parents first."""
    skips = set(asked["skips"])
    for pattern in asked["patterns"]:
        for path in sorted(glob.glob(pattern)):
            yield from below(path, skips)


def below(path: str, skips: set[str]) -> Iterator[str]:
    """A path and what is below it, without what is skipped."""
    if path in skips:
        return
    yield path
    if os.path.isdir(path) and not os.path.islink(path):
        with contextlib.suppress(FileNotFoundError):
            for name in sorted(os.listdir(path)):
                yield from below(os.path.join(path, name), skips)


def stream(asked: CopyOutQuestion, output: BinaryIO) -> None:
    """The archive, from its first byte to its summary."""
    vanished = []
    with tarfile.open(fileobj=output, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        databases = asked["databases"]
        for name in database_copies.NAMES:
            database_copies.add(tar, f"database/{name}", databases[name], databases["secrets"])
        for path in paths(asked):
            if not add(tar, path):
                vanished.append(path)
        told = json.dumps({"vanished": vanished}).encode()
        tar.addfile(named("summary.json", len(told)), io.BytesIO(told))


def add(tar: tarfile.TarFile, path: str) -> bool:
    """Whether the path still existed; a socket or a pipe is not copied."""
    tar.inodes = {}  # type: ignore[attr-defined]  # else a second name of a file is a link to it
    try:
        if os.path.islink(path) or not os.path.isfile(path):
            entry = tar.gettarinfo(path)
            if entry is not None and (entry.isdir() or entry.issym()):
                tar.addfile(entry)
            return True
        with open(path, "rb") as file:  # what is open stays whole, also when its name goes
            tar.addfile(tar.gettarinfo(arcname=path, fileobj=file), file)
    except FileNotFoundError:
        return False
    return True


if __name__ == "__main__":
    verbs.main({"look": look, "stream": lambda asked: stream(asked, sys.stdout.buffer)})
