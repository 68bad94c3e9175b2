"""What `host/window/program.py` is told to do: the content of a window's `order.json`.

An order may be older than this checkout: a window that an older one left behind still has to be
settled and rolled back. So a key that came later is optional here.
"""

from __future__ import annotations

from typing import TypedDict

from mailman_suite.host.wire.checks import CoreQuestion, PagesQuestion
from mailman_suite.host.wire.connections import Connections
from mailman_suite.host.wire.files import FilesToApply
from mailman_suite.host.wire.inspection import WindowKind
from mailman_suite.host.wire.sides import ReleaseLink, Side, Sides
from mailman_suite.host.wire.survey import CronJob
from mailman_suite.host.wire.units import DeclaredUnits

_From = TypedDict("_From", {"from": str})  # a keyword cannot be a class's field


class UnitGroups(TypedDict):
    """Names of units by when they stop: timers, their jobs, Core, and the web last."""

    timers: list[str]
    jobs: list[str]
    core: list[str]
    web: list[str]


class Patience(TypedDict):
    """How long a service may take until it answers, in seconds."""

    core: float
    web: float


class StateQuestion(TypedDict):
    """The databases and Core's directory, whose content is counted."""

    databases: Connections
    var: str


class _GoesOn(TypedDict, total=False):
    goes_on: list[str]


class SharedOrder(_From, _GoesOn):
    """What windows and backups are told alike.

    `from` is the identifier of what runs before; `databases_before` where its databases are, and
    `paths` patterns of all else that is kept. Pages are closed while the file `closed` exists.
    `goes_on` are units that are left alone, `proxy` is a unit, `mta` the mail server's name, and
    `transport` its own for Core, "" where mail is not held back.
    """

    id: str
    python: str
    user: str
    databases: Connections
    databases_before: Connections
    var: str
    paths: list[str]
    units: UnitGroups
    window_unit: str
    closed: str
    proxy: str
    mta: str
    transport: str
    patience: Patience
    core_questions: CoreQuestion | None
    web_questions: PagesQuestion
    lists_page: str


class _PutAside(TypedDict):
    units: list[str]
    sites: list[str]
    aside: dict[str, str]
    moved: dict[str, str]


class PutAside(_PutAside, total=False):
    """What is moved aside: `aside` is path -> name meanwhile, `moved` our path -> the present one.

    `returned` is the `aside` of an earlier window, whose directories get their places back.
    """

    drop_ins: list[str]
    returned: dict[str, str]


class Renames(TypedDict):
    """What of a suite from packages is renamed to our places, see `host/window/renaming.py`.

    All of `var` but `stays` goes into `to`; `files` is our path -> theirs, `maps` theirs -> ours.
    """

    var: str
    to: str
    stays: list[str]
    files: dict[str, str]
    masked: list[str]
    also: list[str]
    programs: list[str]
    postfix: str
    maps: dict[str, str]


class OldHealth(TypedDict, total=False):
    """What the old release is asked in place of the new one's questions."""

    core_questions: CoreQuestion | None
    lists_page: str


class Release(ReleaseLink):
    """What the new release consists of, and how its programs are run."""

    python: str
    user: str
    environment: dict[str, str]
    heads: str


class Data(TypedDict):
    """Where the data is, what must not change of it, and names of what the gates change."""

    databases: Connections
    databases_before: Connections
    var: str
    invariants: StateQuestion
    invariants_before: StateQuestion
    changes: list[str]


class Index(TypedDict):
    """The file that asks for a new search index, "" for none; lines that are shown at the end."""

    index: str
    afterwards: list[str]


class Health(TypedDict):
    """What the new release has to answer before the commit, and what the old one if it returns."""

    health_before: OldHealth
    patience: Patience
    core_questions: CoreQuestion | None
    web_questions: PagesQuestion
    archives_page: str
    lists_page: str


class Further(TypedDict, total=False):
    """What only some orders have, or only those of newer checkouts.

    `run` names the run. `tells` and `awaits` belong to hosts with a role, `past`, `past_paths` and
    `own_units` to a rollback, `backup`, `backup_id`, `backup_bytes`, `secrets` to a restore, and
    `cache` to both. The window neither stops nor changes the sides that `leaves` names.
    """

    run: str
    leaves: list[Side]
    sides: Sides
    tells: bool
    awaits: bool
    past: str
    past_paths: list[str]
    own_units: list[str]
    backup: str
    backup_id: str
    backup_bytes: int
    secrets: list[str]
    cache: str


class RoleDifferences(Further, total=False):
    """What differs on a host with one role of a suite on several hosts."""

    kind: WindowKind
    transport: str
    starts: list[str]
    core_questions: CoreQuestion | None
    health_before: OldHealth
    archives_page: str
    lists_page: str


class Order(SharedOrder, Further):
    """A window's order; `files` and `units` are those of what runs afterwards."""

    kind: WindowKind
    by_hand: PutAside | None
    renames: Renames | None
    to: str
    environment: dict[str, str]
    link: str
    target: str
    heads: str
    invariants: StateQuestion
    invariants_before: StateQuestion
    changes: list[str]
    files: FilesToApply
    starts: list[str]
    declared_units: DeclaredUnits
    cron_jobs: list[CronJob]
    removes: list[str]
    index: str
    afterwards: list[str]
    health_before: OldHealth
    archives_page: str


class _BackupOrder(SharedOrder):
    archives: str
    keep: int
    backup_unit: str


class BackupOrder(_BackupOrder, total=False):
    """The content of a backup's `order.json`; `archives` is the directory of all, `run` the run."""

    run: str
