"""A host that is a directory: what stands in it before a window, and what is seen of it after."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import tarfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.unit.kept_states import OLD
from tests.windows import pretended_core, pretended_postfix, pretending, units
from tests.windows.product import Journal, Suite, layout, managed_files, window

_SYSTEM_PATH = re.compile(r"(?<![\w.-])/(?=(opt|etc|usr|var|run)/|usr\b)")
_PROGRAM = '#!/bin/sh\nexec {python} -IS {asking} {root} "$0" "$@"\n'
_RUNUSER = '#!/bin/sh\nexec {python} -S {pretending} {root} "$0" "$@"\n'
_MASTER = '#!/bin/sh\n"${0%/*}/runner" --runner=in:0:1 "$1" &\nwait\n'
_RUNNER = "#!/bin/sh\nsleep 600 &\nwait\n"
_UNIT = "[Service]\nExecStart={}\n"
_FOLDERS = ("/etc/postfix", "/etc/nginx/conf.d", "/etc/logrotate.d", "/usr/local/bin")
SYSTEM = ("nginx.service", "postfix.service")
MAIN_CF = "transport_maps = hash:/etc/aliases\nmail_owner = postfix\n"


@dataclass
class Host:
    """The directory, and the order of the window that is about to open there."""

    root: Path
    kind: str = ""
    order: dict[str, Any] = field(default_factory=dict)
    old: str = OLD  # the release that runs before the window
    before: dict[str, Any] = field(default_factory=dict)  # what `outcomes.looks` said then
    then: dict[str, Any] = field(default_factory=dict)  # that of what the window goes back to
    past: dict[str, Any] = field(default_factory=dict)  # the order of the window that was then
    sent: list[str] = field(default_factory=list)  # every message that came, once
    delivered_before: int = 0  # how many of these went out before the window
    starts_before: int = 0  # how many starts of Core its database remembers from before it
    started_before: int = 0
    commands_before: int = 0

    def path(self, place: str) -> Path:
        """Where a path of a real host is here."""
        return self.root / place.lstrip("/")

    def of(self, path: str) -> str:
        """The path of a real host that a path here stands for."""
        return path.replace(str(self.root), "")

    @property
    def place(self) -> Path:
        """The window's directory."""
        if self.kind == "backup":
            return self.path(layout.BACKUP)
        link = self.path(layout.WINDOW)
        return link.parent / os.readlink(link)

    @property
    def journal(self) -> Journal:
        return Journal(self.place)

    @property
    def outcome(self) -> dict[str, Any]:
        return self.journal.outcome() or {}

    @property
    def steps(self) -> list[str]:
        """The steps that came to their end."""
        return [line["step"] for line in self.journal.lines() if line["event"] == "done"]

    @property
    def commands(self) -> list[str]:
        return pretending.commands(self.root)

    @property
    def is_new(self) -> bool:
        """Whether the data are where the order wants them."""
        return self.kind != "backup" and self.outcome.get("outcome") == "finished"

    @property
    def var(self) -> Path:
        """Core's directory, as its window has left it."""
        return Path(self._new_places["var"] if self.is_new else self.order["var"])

    @property
    def databases(self) -> dict[str, Path]:
        """The SQLite files of `core` and `web`, as their window has left them."""
        before = self.order.get("invariants_before", self.order)
        return files_of((self._new_places if self.is_new else before)["databases"])

    @property
    def _new_places(self) -> dict[str, Any]:
        """Where the data are when the window has finished."""
        places: dict[str, Any] = self.past.get("invariants_before", self.order["invariants"])
        return places

    @property
    def service(self) -> str:
        """The unit that matters most here."""
        return layout.WEB_UNIT if self.kind.startswith("web") else layout.CORE_UNIT

    def mail_arrives(self) -> None:
        """Somebody sends one more message, where a Postfix could get it."""
        if not (self.root / "bin/postfix").exists():
            return
        self.sent.append(f"message-{len(self.sent)}")
        pretended_postfix.arrive(self.root, self.sent[-1])

    def unit(self, name: str) -> dict[str, str]:
        return units.state(self.root, name)

    def started(self) -> list[tuple[float, str]]:
        """When a Core was started, and of which release, in order."""
        lines = (self.root / "pretended/started").read_text().splitlines()
        return [(float(at), release) for at, _, release in (one.partition(" ") for one in lines)]

    def delivered(self) -> list[tuple[str, str]]:
        """(message, release whose Core sent it on), in order."""
        lines = (self.root / "pretended/delivered").read_text().splitlines()
        return [(message, release) for message, _, release in (one.partition(" ") for one in lines)]

    def here(self, order: dict[str, Any]) -> dict[str, Any]:
        """A controller's order with every path of a host in this directory, and root's accounts."""
        text = _SYSTEM_PATH.sub(f"{self.root}/", json.dumps(order))
        found: dict[str, Any] = json.loads(text.replace(f'"{layout.USER}"', '"root"'))
        for file in _with_content(found):
            file["sha256"] = managed_files.digest(file["content"])
        return found

    def open(self, suite: Suite, order: dict[str, Any], unit_files: Iterable[str]) -> None:
        """What a run sends and puts in place before it starts the window's unit."""
        self.order = order
        of_backup = self.kind == "backup"
        place = self.path(layout.BACKUP if of_backup else f"{layout.WINDOWS}/{order['id']}")
        place.mkdir(parents=True)
        archive = io.BytesIO(window.bundle(suite, order, unit_files).read())
        with tarfile.open(fileobj=archive) as tar:
            tar.extractall(place, filter="tar")
        if not of_backup:
            self.path(layout.WINDOW).unlink(missing_ok=True)
            self.path(layout.WINDOW).symlink_to(place)
        for unit in (place / "units").iterdir():
            shutil.copy(unit, self.path(layout.UNITS))
            if "-recovery" in unit.name:
                pretending.answer(self.root, ["systemctl", "enable", unit.name])
        self.at_work(True)

    def at_work(self, is_it: bool) -> None:
        """The window's own unit runs, or has ended."""
        unit = layout.BACKUP_UNIT if self.kind == "backup" else layout.WINDOW_UNIT
        units.set_state(self.root, unit, state="active" if is_it else "inactive")

    def runs(self) -> dict[str, dict[str, str]]:
        """Each unit that is active: which release and configuration it was started with."""
        names = {path.name for path in (self.root / "pretended/units").iterdir()}
        found = {name: self.unit(name) for name in sorted(names) if not name.startswith(".")}
        own = (layout.WINDOW_UNIT, layout.BACKUP_UNIT)
        return {
            name: unit for name, unit in found.items()
            if unit["state"] == "active" and name not in own
        }  # fmt: skip


def make_older(host: Host) -> None:
    """The window that was is one of commit 65f18f6, whose programs and orders were others."""
    text = {name: one for name, one in host.order.items() if name not in ("proxy", "mta")}
    (host.place / "order.json").write_text(json.dumps(text))
    for path in host.place.glob(f"snapshot/files/**/{layout.UNITS}/mailman-window*.service"):
        path.write_text(path.read_text().replace("host.window.program", "host.window"))


def files_of(databases: dict[str, Any]) -> dict[str, Path]:
    """Those of `core` and `web` that are SQLite's."""
    named = {name: databases[name] for name in ("core", "web")}
    return {name: Path(one["path"]) for name, one in named.items() if one["engine"] == "sqlite"}


def _with_content(order: dict[str, Any]) -> list[dict[str, Any]]:
    files = order.get("files", {})
    return [one for one in files.get("files", files).values() if "content" in one]


def bare(root: Path, system: tuple[str, ...] = SYSTEM) -> Host:
    """A machine with the distribution's services, and programs that pretend."""
    for name in ("bin", "pretended/units", "pretended/postfix", "lib/systemd/system", "run"):
        (root / name).mkdir(parents=True)
    host = Host(root)
    for name in ("commands", "delivered", "started"):
        (root / "pretended" / name).touch()
    for place in (layout.UNITS, layout.WINDOWS, *_FOLDERS):
        host.path(place).mkdir(parents=True)
    host.path(layout.POSTFIX_MAIN).write_text(MAIN_CF)
    for name in pretending.PROGRAMS:
        write_program(root / "bin" / name, root, _RUNUSER if name == "runuser" else _PROGRAM)
    for name, text in {"master": _MASTER, "runner": _RUNNER}.items():
        (root / "bin" / name).write_text(text)
        (root / "bin" / name).chmod(0o755)
    for name in system:
        (root / "lib/systemd/system" / name).write_text(_UNIT.format("/usr/sbin/any"))
    enable_and_start(host, system)
    return host


def write_program(path: Path, root: Path, text: str = _PROGRAM) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    asking = Path(pretending.__file__).with_name("asking.py")
    about = {"python": sys.executable, "pretending": pretending.__file__, "asking": asking}
    path.write_text(text.format(**about, root=root))
    path.chmod(0o755)


def enable_and_start(host: Host, names: Iterable[str]) -> None:
    for verb in ("enable", "start"):
        pretending.answer(host.root, ["systemctl", verb, *names])


def start_what_is_left_alone(host: Host) -> None:
    """Services that the window does not stop have read the files of a host that was just copied."""
    for side in host.order.get("leaves", []):
        for name in pretended_core.SERVICES[side]:
            pid = str(time.time())
            units.set_state(host.root, name, **{**host.unit(name), "pid": pid})
            host.before["processes"][name]["pid"] = pid
            if name == host.service:
                host.before["began"] = pid
                (host.root / "pretended/busy").write_text(pid)


def copy(source: Path, target: Path) -> None:
    """A whole host in the place of another, hard links and times included."""
    remove(target)
    _copy_folder(str(source), str(target), {})


def remove(place: Path) -> None:
    """A whole host, if it is there; shutil also looks for races, which takes twice as long."""
    if os.path.lexists(place):
        _remove_folder(str(place))


def _remove_folder(folder: str) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _remove_folder(entry.path)
            else:
                os.unlink(entry.path)
    os.rmdir(folder)


def _copy_folder(source: str, target: str, linked: dict[int, str]) -> None:
    os.mkdir(target)
    with os.scandir(source) as entries:
        for entry in entries:
            path = f"{target}/{entry.name}"
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), path)
            elif entry.is_dir():
                _copy_folder(entry.path, path, linked)
            elif entry.inode() in linked:
                os.link(linked[entry.inode()], path)
            else:
                _copy_file(entry.path, path)
                linked[entry.inode()] = path
    _copy_attributes(os.stat(source), target)


def _copy_file(source: str, target: str) -> None:
    old, new = os.open(source, os.O_RDONLY), os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        status = os.fstat(old)
        os.write(new, os.read(old, status.st_size))
        _copy_attributes(status, new)
    finally:
        os.close(old)
        os.close(new)


def _copy_attributes(status: os.stat_result, path: str | int) -> None:
    """Mode and times; shutil asks for more, which takes longer than the copy itself."""
    os.chmod(path, status.st_mode & 0o7777)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
