"""Puts a copy of a suite in place, as `copy_out.py` streams it; only root's from the first byte.

`receive`: {"targets": {"core": path, "web": path}, "below": [directories], "append": {path: text}},
           the archive on standard input -> {"files", "vanished"} on the last line.
           Databases go to their targets, other files to their own places; `append` adds to what
           came. An archive that ends too early, or that names another place, is an error.
`restore`: {"databases": {"core": {...}, "web": {...}}, "dumps": {"core": path, "web": path}};
           fills a server's databases, which exist and are empty, and removes the dumps.
"""

from __future__ import annotations

import grp
import json
import os
import pwd
import shutil
import sys
import tarfile
from typing import Any, BinaryIO

from mailman_suite.host.base import files, verbs
from mailman_suite.host.rehearsal import database_copies
from mailman_suite.host.wire.rehearsal import Received, ReceiveQuestion, RestoreQuestion

_SUMMARY = "summary.json"


def receive(asked: ReceiveQuestion, source: BinaryIO) -> Received:
    """Puts everything in its place. SystemExit if the archive is incomplete."""
    count, summary = 0, None
    with tarfile.open(fileobj=source, mode="r|") as tar:
        # A copy of production belongs to the same accounts there and here, whatever their numbers.
        tar.extraction_filter = getattr(tarfile, "fully_trusted_filter", None)
        for entry in tar:
            if entry.name == _SUMMARY:
                summary = json.load(content(tar, entry))
            elif entry.name.startswith("database/"):
                append_to(target(entry.name, asked["targets"]), tar, entry)
            else:
                place(tar, entry, asked["below"])
            count += 1
    if summary is None:
        raise SystemExit("the copy ended early; read the other host's message and try again")
    for path, text in asked["append"].items():
        with files.appended(path) as file:
            file.write(text.encode())
    os.sync()
    return {"files": count, "vanished": summary["vanished"]}


def content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> Any:
    """What is in a file's entry."""
    file = tar.extractfile(entry)
    if file is None:
        raise SystemExit(f"{entry.name} is not a file, so copy_out.py did not write this copy")
    return file


def target(name: str, targets: dict[str, str]) -> str:
    """The target path of `database/core`, or of its `-wal`."""
    which, _, suffix = name.partition("/")[2].partition("-")
    return targets[which] + (f"-{suffix}" if suffix else "")


def append_to(path: str, tar: tarfile.TarFile, entry: tarfile.TarInfo) -> None:
    """One part of a database is at the end of its file, which its owner has from now on."""
    files.make_parents(path)
    with files.appended(path) as file:
        shutil.copyfileobj(content(tar, entry), file, 1 << 20)
        if entry.uname:
            os.fchown(file.fileno(), *owner(entry))
        os.fchmod(file.fileno(), entry.mode)


def owner(entry: tarfile.TarInfo) -> tuple[int, int]:
    """User and group of an entry, by name: the numbers may differ here."""
    return pwd.getpwnam(entry.uname).pw_uid, grp.getgrnam(entry.gname).gr_gid


def place(tar: tarfile.TarFile, entry: tarfile.TarInfo, below: list[str]) -> None:
    """A file, directory or link at the path that it has on the other host."""
    path = os.path.normpath("/" + entry.name)
    if not any(path == one or path.startswith(f"{one}/") for one in below):
        raise SystemExit(f"the copy names {path}, expected only what lies below {', '.join(below)}")
    if entry.isdir():
        files.make_directory(path, *owner(entry), entry.mode)
        return
    files.make_parents(path)
    if entry.issym():
        files.make_link(path, entry.linkname)
        files.set_attributes(path, *owner(entry), entry.mode)
        return
    with files.written(path, *owner(entry), entry.mode) as file:
        shutil.copyfileobj(content(tar, entry), file, 1 << 20)
        file.flush()
        os.utime(file.fileno(), (entry.mtime, entry.mtime))


def restore(asked: RestoreQuestion) -> None:
    """Loads both dumps into databases owned by their roles."""
    for name in database_copies.NAMES:
        database_copies.load(asked["databases"][name], asked["dumps"][name])


if __name__ == "__main__":
    os.umask(0o077)
    verbs.main({"receive": lambda asked: receive(asked, sys.stdin.buffer), "restore": restore})
