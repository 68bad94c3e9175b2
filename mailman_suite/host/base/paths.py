"""Opens directories where another account can write, and trusts no link in their paths.

Each parent of a path is opened by itself. A link among them is followed only if nobody but root, or
the account of this program, can have made it. A change in the opened directory stays in it, even if
the directory is renamed meanwhile.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Union

Place = Union[str, Path]

DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_LINKS = 40  # as many as the kernel follows


class ForeignError(SystemExit):
    """A path has something unexpected; ends a program that does not handle it."""


@contextlib.contextmanager
def directory(path: Place) -> Iterator[int]:
    """The descriptor of an existing directory. Raises ForeignError for a link, and OSError."""
    with parent(path) as (folder, name):
        descriptor = directory_in(folder, name, path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def parent(path: Place) -> Iterator[tuple[int, str]]:
    """The descriptor of the directory that a path is in, and its name there; "." for the root.

    Raises ForeignError where another account can have led the way elsewhere, and OSError.
    """
    above, name = os.path.split(os.path.abspath(path))
    descriptor = _walked(above, path)
    try:
        yield descriptor, name or "."
    finally:
        os.close(descriptor)


def _walked(above: str, path: Place) -> int:
    """The opened directory `above`."""
    here, is_ours, links = os.open("/", DIRECTORY), True, 0
    left = _steps(above)
    try:
        while left:
            step = left.pop(0)
            is_ours = is_ours and _is_ours(here, step)
            below, target = _opened(here, step, path)
            if target is None:
                os.close(here)
                here = below
                continue
            links += 1
            if not is_ours or not _is_mine(here, step):
                raise _link(f"{step}, on the way to {path}", target)
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
            left = _steps(target) + left
            here = _next(here, "/" if target.startswith("/") else ".", path)
    except BaseException:
        os.close(here)
        raise
    return here


def _steps(path: str) -> list[str]:
    return [step for step in path.split("/") if step not in ("", ".")]


def _opened(here: int, step: str, path: Place) -> tuple[int, str | None]:
    """The directory one step further, or the target of a link."""
    try:
        return os.open(step, DIRECTORY, dir_fd=here), None
    except OSError:
        target = _target(here, step)
        return (directory_in(here, step, path), None) if target is None else (-1, target)


def _next(here: int, step: str, path: Place) -> int:
    """The directory one step further; that before it is closed."""
    below = directory_in(here, step, path)
    os.close(here)
    return below


def directory_in(folder: int, name: str, path: Place) -> int:
    """The descriptor of a directory in an opened one; `path` is what errors call it."""
    try:
        return os.open(name, DIRECTORY, dir_fd=folder)
    except OSError as error:
        if (target := _target(folder, name)) is not None:
            raise _link(str(path), target) from None
        if error.errno == errno.ENOTDIR:
            raise ForeignError(
                f"error: found {name} at {path}, expected a directory; see whose it is, remove it"
            ) from None
        raise OSError(error.errno, error.strerror, str(path)) from None


def _target(folder: int, name: str) -> str | None:
    """The target of a link; None if there is no link."""
    try:
        return os.readlink(name, dir_fd=folder)
    except OSError:
        return None


def _is_mine(folder: int, name: str) -> bool:
    """Whether an entry of a directory belongs to root or this program's account."""
    return os.stat(name, dir_fd=folder, follow_symlinks=False).st_uid in (0, os.geteuid())


def _is_ours(folder: int, name: str) -> bool:
    """Whether nobody but root, or this program's account, can have made an entry of a directory.

    If all can write and none can rename another's, as in /tmp, by the owner of the entry.
    """
    status = os.fstat(folder)
    others = stat.S_IWOTH | (stat.S_IWGRP if status.st_gid else 0)
    is_sticky = status.st_mode & stat.S_ISVTX and _is_mine(folder, name)
    is_mine = status.st_uid in (0, os.geteuid())
    return is_mine and bool(is_sticky or not status.st_mode & others)


def _link(what: str, target: str) -> ForeignError:
    return ForeignError(
        f"error: found a link to {target} at {what}; expected a directory there: another account "
        "may have made the link, so it is not followed. See what it is for, and remove it"
    )


def require_own(path: Place, *owners: int) -> None:
    """The path, if it exists, is a directory of root, its parent's owner or one of `owners`.

    Where only root can write, it may be anybody's. Raises ForeignError.
    """
    with contextlib.suppress(FileNotFoundError), parent(path) as (folder, name):
        with directory(path) as found:
            user = os.fstat(found).st_uid
        allowed = (0, os.geteuid(), os.fstat(folder).st_uid, *owners)
        if not _is_ours(folder, name) and user not in allowed:
            raise ForeignError(
                f"error: found {path} of the account with the number {user}; expected it to belong "
                "to the suite. See who made it, and give it back or remove it"
            )
