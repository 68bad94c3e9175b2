"""Which directories, files and links make a suite, grouped by the step that declares them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mailman_suite import layout
from mailman_suite.declared_files import DeclaredFiles, Directory, ManagedFile
from mailman_suite.render import rendered

if TYPE_CHECKING:
    from mailman_suite.suite import Suite

DAILY_JOBS = ("mailman-digests", "mailman-notify")
_INDEX_PROGRAM = Path(__file__).parent / "host" / "index_lists.py"


def directories() -> DeclaredFiles:
    """The suite's directories; code belongs to root, data to the `mailman` user."""
    data = {"owner": layout.USER, "group": layout.GROUP}
    return DeclaredFiles(
        directories=(
            Directory(layout.HOME),
            Directory(layout.RELEASES),
            Directory(f"{layout.HOME}/mm", **data, mode="750"),
            Directory(layout.VAR, **data, mode="750"),
            Directory(layout.CORE_DATA, **data, mode="750"),
            Directory(layout.CORE_LOGS, **data, mode="750"),
            # Nginx passes through to the static files, and sees nothing else there.
            Directory(layout.WEB, **data, mode="711"),
            Directory(layout.WEB_LOGS, **data, mode="750"),
            Directory(layout.WEB_CACHE, **data, mode="700"),
            Directory(layout.FULLTEXT_INDEX, **data, mode="750"),
            Directory(layout.ETC, group=layout.GROUP, mode="750"),
            Directory(layout.SECRETS, group=layout.GROUP, mode="750"),
            Directory(layout.STATE, mode="700"),
            Directory(layout.COPIES, mode="700"),
            Directory(layout.BACKUPS, mode="700"),  # also for those that come from another host
        )
    )


def early_directories(suite: Suite) -> DeclaredFiles:
    """Those that are needed before the window; what a suite made by hand has waits for it."""
    if not suite.by_hand:
        return directories()
    return DeclaredFiles(
        directories=(
            Directory(layout.RELEASES),
            Directory(layout.SECRETS, group=layout.GROUP, mode="750"),
            Directory(layout.STATE, mode="700"),
            Directory(layout.COPIES, mode="700"),
        )
    )


def configuration(suite: Suite) -> DeclaredFiles:
    """Core's, the archiver's, Django's and uWSGI's configuration, and the command wrappers."""
    private = [
        layout.CORE_CONFIG,
        layout.ARCHIVER_CONFIG,
        layout.REST_CONFIG,
        layout.UWSGI_CONFIG,
    ]
    return DeclaredFiles(
        files=(
            web_settings(suite),
            *(_file(path, suite, group=layout.GROUP, mode="640") for path in private),
            *(_file(path, suite, mode="755") for path in layout.COMMANDS),
        ),
    )


def units(suite: Suite) -> DeclaredFiles:
    """Every unit of ours, and the rotation of what they log."""
    names = [
        layout.CORE_UNIT,
        layout.WEB_UNIT,
        layout.QCLUSTER_UNIT,
        *(f"{job}.{kind}" for job in DAILY_JOBS for kind in ("service", "timer")),
        "hyperkitty-jobs@.service",
        "hyperkitty-jobs@.timer",
        layout.INDEX_UNIT,
        layout.INDEX_PATH_UNIT,
    ]
    return DeclaredFiles(
        files=(
            *(_file(f"{layout.UNITS}/{name}", suite) for name in names),
            _file(layout.LOGROTATE, suite),
        ),
    )


def installed(suite: Suite) -> DeclaredFiles:
    """Every file that stands outside the release's directory."""
    return configuration(suite) + units(suite) + programs() + proxy(suite)


def programs() -> DeclaredFiles:
    """What a unit runs that no release brings."""
    return DeclaredFiles(
        directories=(Directory(layout.PROGRAMS),),
        files=(ManagedFile(layout.INDEX_PROGRAM, _INDEX_PROGRAM.read_text(encoding="utf-8")),),
    )


def proxy(suite: Suite) -> DeclaredFiles:
    """Nginx' site of the suite; other sites are not ours to touch."""
    return DeclaredFiles(
        files=(_file(layout.PROXY_SITE, suite),),
        links={layout.STATIC: layout.STATIC_TARGET},
        checks=(("nginx", "-t"),),
    )


def require_templates(suite: Suite) -> None:
    """Renders everything once; raises `Refusal` where a template cannot be."""
    for concern in (configuration, units, proxy):
        concern(suite)


def timers(suite: Suite) -> tuple[str, ...]:
    """Every timer: Core's two jobs and one for each period in which a Django app has jobs."""
    periods = (f"hyperkitty-jobs@{period}.timer" for period in suite.release.job_periods)
    return (*(f"{job}.timer" for job in DAILY_JOBS), *periods)


def web_settings(suite: Suite) -> ManagedFile:
    """Django's settings file, which also decides what the static files are."""
    return _file(layout.WEB_SETTINGS, suite, group=layout.GROUP, mode="640")


def _file(path: str, suite: Suite, *, group: str = "root", mode: str = "644") -> ManagedFile:
    return ManagedFile(path, rendered(path, suite), group=group, mode=mode)
