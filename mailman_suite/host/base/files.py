"""Changes files where another account can write: no link is followed, nothing is opened that hangs.

Parents are opened as `paths` does. What is written is private until it is complete, and on the disk
when it has its name.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from mailman_suite.host.base.paths import Place, directory, directory_in, parent

# Nothing hangs on a pipe in the place of a file.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def make_directory(path: Place, user: int, group: int, mode: int) -> None:
    """A directory with these attributes; missing parents are made, too. Raises ForeignError."""
    make_parents(path)
    with parent(path) as (folder, name):
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=folder)
        found = directory_in(folder, name, path)
    try:
        os.fchown(found, user, group)
        os.fchmod(found, mode)
    finally:
        os.close(found)


def make_parents(path: Place) -> None:
    """The directory that a path is in, and whatever that is in."""
    above = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(above):
        make_parents(above)
        with parent(above) as (folder, name), contextlib.suppress(FileExistsError):
            os.mkdir(name, dir_fd=folder)


@contextlib.contextmanager
def opened(path: Place) -> Iterator[BinaryIO]:
    """A regular file to read. FileNotFoundError where there is none, or something else."""
    with parent(path) as (folder, name), open(regular_in(folder, name), "rb") as file:
        yield file


def regular_in(folder: int, name: str) -> int:
    try:
        descriptor = os.open(name, _FILE, dir_fd=folder)
    except OSError as error:
        kind = errno.ENOENT if error.errno in (errno.ELOOP, errno.ENXIO) else error.errno
        raise OSError(kind, "no regular file", name) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(errno.ENOENT, "no regular file", name)
    return descriptor


def unfinished(name: str) -> str:
    """What a file or link is called until it is whole."""
    return f".{name}.new"


@contextlib.contextmanager
def written(path: Place, user: int, group: int, mode: int) -> Iterator[BinaryIO]:
    """A new file to write: private until it is complete, then on the disk under its name at once.

    Whatever was at the path is replaced, not followed. Where the block fails nothing changes.
    """
    with parent(path) as (folder, name):
        fresh = unfinished(name)
        remove_in(folder, fresh)
        try:
            with open(fresh_in(folder, fresh), "wb") as file:
                yield file
                file.flush()
                os.fchown(file.fileno(), user, group)
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            os.rename(fresh, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            remove_in(folder, fresh)
            raise
        os.fsync(folder)


def fresh_in(folder: int, name: str) -> int:
    """A new file in an opened directory; by a path that a trace of system calls can name."""
    return os.open(f"/proc/self/fd/{folder}/{name}", _FRESH, 0o600)


@contextlib.contextmanager
def appended(path: Place) -> Iterator[BinaryIO]:
    """A regular file, made private where there is none, to write at its end. Raises OSError."""
    with parent(path) as (folder, name):
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        with open(os.open(name, flags | os.O_CLOEXEC, 0o600, dir_fd=folder), "ab") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise FileExistsError(errno.EEXIST, "no regular file", str(path))
            yield file


def write(path: Place, content: bytes, user: int, group: int, mode: int) -> None:
    """As `written`, with all that is to be in the file."""
    with written(path, user, group, mode) as file:
        file.write(content)


def write_durably(path: Place, text: str, mode: int = 0o600) -> None:
    """As `write`, a text that belongs to whom this runs as."""
    write(path, text.encode(), os.geteuid(), os.getegid(), mode)


def make_link(path: Place, target: str) -> None:
    """A symbolic link, replaced in one step so that it never points nowhere."""
    with parent(path) as (folder, name):
        fresh = unfinished(name)
        remove_in(folder, fresh)
        os.symlink(target, fresh, dir_fd=folder)
        os.rename(fresh, name, src_dir_fd=folder, dst_dir_fd=folder)


def rename(old: Place, new: Place) -> None:
    """One rename, of whatever has the name. Raises ForeignError and OSError."""
    with parent(old) as (before, name), parent(new) as (after, fresh):
        os.rename(name, fresh, src_dir_fd=before, dst_dir_fd=after)


def sync(path: Place) -> None:
    """The entries of a directory, such as a new name, are on the disk."""
    with directory(path) as descriptor:
        os.fsync(descriptor)


def remove(path: Place) -> None:
    """Removes a file, link or directory with its contents; a missing one is no error."""
    with contextlib.suppress(FileNotFoundError), parent(path) as (folder, name):
        remove_in(folder, name)


def remove_in(folder: int, name: str) -> None:
    """The same of an entry of an opened directory."""
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return
    except IsADirectoryError:
        for _, folders, others, below in os.fwalk(name, topdown=False, dir_fd=folder):
            for one in others:
                os.unlink(one, dir_fd=below)
            for one in folders:
                _remove_empty(below, one)
        os.rmdir(name, dir_fd=folder)


def _remove_empty(folder: int, name: str) -> None:
    """A directory, or a link to one, which a walk lists with them."""
    try:
        os.rmdir(name, dir_fd=folder)
    except NotADirectoryError:
        os.unlink(name, dir_fd=folder)


def set_attributes(path: Place, user: int, group: int, mode: int) -> None:
    """Owner and mode of what is at a path; of a link its own owner."""
    with parent(path) as (folder, name):
        os.chown(name, user, group, dir_fd=folder, follow_symlinks=False)
        set_mode_in(folder, name, mode)


def set_mode_in(folder: int, name: str, mode: int) -> None:
    """The mode of what is in an opened directory; a link has none. O_PATH opens without a wait."""
    descriptor = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        if not stat.S_ISLNK(os.fstat(descriptor).st_mode):
            os.chmod(f"/proc/self/fd/{descriptor}", mode)
    finally:
        os.close(descriptor)
