"""What an account that was taken over can put where root works, and what lies around."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Everything that can be planted at a path; each leads to what lies outside, or waits for somebody.
Plant = Callable[[Path, "Outside"], None]


class Outside:
    """A directory and a file that belong to somebody else."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "outside"
        self.folder.mkdir(mode=0o755)
        self.file = self.folder / "passwd"
        self.file.write_text("root:x:0:0\n")
        (self.folder / "kept").mkdir()
        (self.folder / "kept" / "letter").write_text("precious\n")
        self.before = self.inventory()

    def inventory(self) -> dict[str, tuple[int, int, int, int, bytes]]:
        """Owner, group, mode, time of change of the content, and the content, by path."""
        return {
            str(path): (
                *(path.lstat().st_uid, path.lstat().st_gid, path.lstat().st_mode),
                path.lstat().st_mtime_ns,
                path.read_bytes() if path.is_file() else repr(sorted(os.listdir(path))).encode(),
            )
            for path in (self.folder, *sorted(self.folder.rglob("*")))
        }

    def assert_untouched(self) -> None:
        """Nothing of it changed."""
        assert self.inventory() == self.before


def link_to_directory(path: Path, outside: Outside) -> None:
    path.symlink_to(outside.folder)


def link_to_file(path: Path, outside: Outside) -> None:
    path.symlink_to(outside.file)


def dangling_link(path: Path, outside: Outside) -> None:
    path.symlink_to(outside.folder / "made")


def hard_link(path: Path, outside: Outside) -> None:
    os.link(outside.file, path)


def pipe(path: Path, outside: Outside) -> None:
    os.mkfifo(path)


LINKS: tuple[Plant, ...] = (link_to_directory, link_to_file, dangling_link)
PLANTS: tuple[Plant, ...] = (*LINKS, hard_link, pipe)


def taken_over(place: Path) -> Path:
    """A directory in which another account can write."""
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o777)
    return place


@contextmanager
def nothing_hangs(seconds: int = 20) -> Iterator[None]:
    """What waits on a pipe fails."""

    def give_up(number: int, frame: object) -> None:
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
