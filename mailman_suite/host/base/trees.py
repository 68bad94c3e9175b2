"""Copies trees of files, and gives them to an account, where another account can write.

No link is followed, and nothing is opened that hangs; parents are opened as `paths` does.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from mailman_suite.host.base.files import fresh_in, regular_in, set_mode_in
from mailman_suite.host.base.paths import ForeignError, Place, directory_in, parent

File = tuple[int, int]  # device and inode
_NONE: Mapping[File, int] = MappingProxyType({})


def copy(source: Place, target: Place, *, link: bool = False) -> None:
    """A file, link or directory with owners, modes and times; files as hard links if so wished.

    What is none of these, such as a socket of a running service, is left out.
    """
    with parent(source) as (before, name), parent(target) as (after, fresh):
        _copy_in(before, name, after, fresh, link)


def _copy_in(before: int, name: str, after: int, fresh: str, link: bool) -> None:
    status = os.stat(name, dir_fd=before, follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        os.symlink(os.readlink(name, dir_fd=before), fresh, dir_fd=after)
        os.chown(fresh, status.st_uid, status.st_gid, dir_fd=after, follow_symlinks=False)
    elif stat.S_ISDIR(status.st_mode):
        _copy_directory(before, name, after, fresh, link)
    elif stat.S_ISREG(status.st_mode) and link:
        os.link(name, fresh, src_dir_fd=before, dst_dir_fd=after, follow_symlinks=False)
    elif stat.S_ISREG(status.st_mode):
        with open(regular_in(before, name), "rb") as old, open(fresh_in(after, fresh), "wb") as new:
            shutil.copyfileobj(old, new, 1 << 20)
            new.flush()
            _copy_attributes(old.fileno(), new.fileno())


def _copy_directory(before: int, name: str, after: int, fresh: str, link: bool) -> None:
    with contextlib.suppress(FileExistsError):
        os.mkdir(fresh, 0o700, dir_fd=after)
    with contextlib.ExitStack() as stack:
        old, new = directory_in(before, name, name), directory_in(after, fresh, fresh)
        for descriptor in (old, new):
            stack.callback(os.close, descriptor)
        for entry in os.listdir(old):
            _copy_in(old, entry, new, entry, link)
        _copy_attributes(old, new)


def _copy_attributes(old: int, new: int) -> None:
    status = os.fstat(old)
    os.fchown(new, status.st_uid, status.st_gid)
    os.fchmod(new, stat.S_IMODE(status.st_mode))
    with contextlib.suppress(OSError):  # a file system without them
        for name in os.listxattr(old):
            os.setxattr(new, name, os.getxattr(old, name))
    os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))


def names(path: Place) -> Counter[File]:
    """How many names each file has in a tree."""
    found: Counter[File] = Counter()
    for folder, _, others in os.walk(path):
        found.update(_file(os.lstat(os.path.join(folder, one))) for one in others)
    return found


def _file(status: os.stat_result) -> File:
    return status.st_dev, status.st_ino


def give(
    path: Place, user: int, group: int, keeps: int = 0o7777, own: Mapping[File, int] = _NONE
) -> None:
    """All of a tree belongs to an account; of its modes the bits in `keeps` stay.

    `own` counts the names that root itself has given to files, where no other account can give any.
    Raises ForeignError for any other second name of a file that root has: it may have been given to
    a file from elsewhere, such as one of /etc, which the account must not get.
    """
    with parent(path) as (folder, name):
        _give_in(folder, name, user, group, keeps, own)
        for _, folders, others, below in os.fwalk(name, dir_fd=folder):
            for one in (*folders, *others):
                _give_in(below, one, user, group, keeps, own)


def _give_in(
    folder: int, name: str, user: int, group: int, keeps: int, own: Mapping[File, int]
) -> None:
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    others = status.st_nlink - own.get(_file(status), 0)
    if stat.S_ISREG(status.st_mode) and others > 1 and user and not status.st_uid:
        raise ForeignError(
            f"error: found {name}, a second name of a file of root's; expected the suite's own. "
            "See who made it, and remove it"
        )
    os.chown(name, user, group, dir_fd=folder, follow_symlinks=False)
    set_mode_in(folder, name, stat.S_IMODE(status.st_mode) & keeps)
