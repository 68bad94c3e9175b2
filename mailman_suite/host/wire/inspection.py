"""Questions to `host/inspect/host.py`, and its answers before anything is changed."""

from __future__ import annotations

from typing import Literal, TypedDict

from mailman_suite.host.wire.nothing import Nothing
from mailman_suite.host.wire.runs import LastRun
from mailman_suite.host.wire.sides import Side

SuiteKind = Literal["ours", "guide", "packages", "containers", "none"]
WindowKind = Literal["release", "web", "rollback", "restore"]
# Those of an outcome, and those of what has none.
State = Literal["open", "interrupted", "finished", "rolled back", "failed"]


class Paths(TypedDict):
    """Places that may show the state of the host."""

    home: str
    venv: str
    core_config: str
    sides: str
    window: str
    window_unit: str
    windows: str
    backup: str
    backup_unit: str
    releases: str
    rehearsal: str


class Question(TypedDict):
    """Interpreters beyond those in /usr/bin ("" counts as none), and files that must exist.

    `configurations` are files that a package makes at its installation: path -> its names.
    """

    interpreters: list[str]
    files: list[str]
    configurations: dict[str, list[str]]
    paths: Paths


class Listener(TypedDict):
    """Who listens at a port; `unit` is "" outside of any, `pid` where the process is not seen."""

    command: str
    unit: str
    pid: str


class SuiteDetails(TypedDict, total=False):
    """Core's database: its kind, and `HOST:PORT/NAME` on a server; "" where nothing says so yet.

    `containers` are those that Mailman was found in, or the directory with their data; `sides` what
    identifies the code of each side of the release that runs.
    """

    sides: dict[Side, str]
    database: str
    database_place: str
    containers: list[str]


class StandingSuite(SuiteDetails):
    """How Mailman came onto the host; `release` is the identifier of one of ours, else ""."""

    kind: SuiteKind
    release: str


class _Progress(TypedDict):
    state: State


class Progress(_Progress, total=False):
    """The state or end of something with a journal; `reason` belongs to an outcome."""

    reason: str


class LastWindow(Progress):
    """The last window that was opened; `proven` once a message was delivered afterwards."""

    id: str
    kind: WindowKind
    to: str
    proven: bool


class LastBackup(Progress):
    """The last backup that was begun."""

    id: str


class KeptState(TypedDict):
    """A window with a snapshot; `seconds` if it finished, sizes in bytes."""

    id: str
    ended: bool
    seconds: float | None
    release: str
    bytes: int


class Kept(TypedDict):
    """What earlier runs left; releases by identifier, and those that a process has loaded."""

    windows: list[KeptState]
    releases: list[str]
    in_use: list[str]


class HostInspection(TypedDict):
    """What the program sees itself; versions are [major, minor, micro], sizes in bytes."""

    os_release: dict[str, str]
    machine: str
    root: bool
    systemd: bool
    interpreters: dict[str, list[int] | None]
    free_bytes: int
    memory_bytes: int
    listeners: dict[str, Listener]
    missing_files: list[str]
    lost_configurations: list[str]
    suite: StandingSuite
    window: LastWindow | Nothing
    backup: LastBackup | Nothing
    kept: Kept
    rehearsal: bool


class TracesQuestion(TypedDict):
    """Places that somebody may own, and the configuration of Core and Postfix."""

    programs: list[str]
    data: list[str]
    configurations: list[str]


class Trace(TypedDict):
    """What shows a Mailman: a `process` or `unit`, say, its name, and its program or directory.

    `below` is the first of the places in question that this lies in, or "".
    """

    what: str
    name: str
    place: str
    below: str


class Traces(TypedDict):
    """All that was found."""

    traces: list[Trace]


class _Inspection(HostInspection):
    run: LastRun
    traces: list[Trace]


class Inspection(_Inspection, total=False):
    """With the answers of `host/apply/runs.py look` and `host/inspect/traces.py`.

    Where there is no Python, `python_missing` is all there is.
    """

    python_missing: bool
