"""Which directories, files and links make a suite, grouped by the step that declares them."""

from __future__ import annotations

from mailman_suite.base import layout
from mailman_suite.base.declared_files import DeclaredFiles, Directory, ManagedFile
from mailman_suite.base.repository import HOST_PROGRAMS
from mailman_suite.parts.chosen import search
from mailman_suite.settings import Settings
from mailman_suite.suite.rendering import rendered
from mailman_suite.suite.suite import Suite

DAILY_JOBS = ("mailman-digests", "mailman-notify")
_WEB_JOBS = (
    "hyperkitty-jobs@.service",
    "hyperkitty-jobs@.timer",
    layout.INDEX_UNIT,
    layout.INDEX_PATH_UNIT,
)
_INDEX_PROGRAM = HOST_PROGRAMS / "apply" / "search_index.py"


def directories(settings: Settings) -> DeclaredFiles:
    """The directories of the host's part; code belongs to root, data to the `mailman` user."""
    secrets = _PRIVATE if settings.runs("database", "core", "web") else ()
    release = _of_release() if settings.runs_release else ()
    return DeclaredFiles(directories=(*release, *secrets, *_OURS))


_PRIVATE = (
    Directory(layout.ETC, group=layout.GROUP, mode="750"),
    Directory(layout.SECRETS, group=layout.GROUP, mode="750"),
)
_OURS = (
    Directory(layout.STATE, mode="700"),
    Directory(layout.COPIES, mode="700"),
    Directory(layout.BACKUPS, mode="700"),  # also for archives from another host
)


def _of_release() -> tuple[Directory, ...]:
    data = {"owner": layout.USER, "group": layout.GROUP}
    return (
        Directory(layout.HOME),
        Directory(layout.RELEASES),
        Directory(f"{layout.HOME}/mm", **data, mode="750"),
        Directory(layout.VAR, **data, mode="750"),
        Directory(layout.CORE_DATA, **data, mode="750"),
        Directory(layout.CORE_LOGS, **data, mode="750"),
        # The proxy passes through to the static files, and sees nothing else there.
        Directory(layout.WEB, **data, mode="711"),
        Directory(layout.WEB_LOGS, **data, mode="750"),
        Directory(layout.WEB_CACHE, **data, mode="700"),
        Directory(search().index, **data, mode="750"),
    )


def early_directories(suite: Suite) -> DeclaredFiles:
    """Directories needed before the window, in which those of a suite made by hand are changed."""
    if not suite.by_hand:
        return directories(suite.settings)
    return DeclaredFiles(
        directories=(
            Directory(layout.RELEASES),
            Directory(layout.SECRETS, group=layout.GROUP, mode="750"),
            Directory(layout.STATE, mode="700"),
            Directory(layout.COPIES, mode="700"),
        )
    )


def configuration(suite: Suite) -> DeclaredFiles:
    """The configuration of Core, archiver, Django and WSGI server, and the command wrappers."""
    settings = suite.settings
    # Core's host migrates the web's database too, and the web is asked with the archiver's key.
    private = [
        *([layout.CORE_CONFIG] if settings.runs("core") else []),
        layout.ARCHIVER_CONFIG,
        *([layout.REST_CONFIG] if settings.runs("core") else []),
        *([suite.wsgi.configuration] if settings.runs("web") else []),
    ]
    commands = layout.COMMANDS if settings.runs("core") else layout.COMMANDS[1:]
    return DeclaredFiles(
        files=(
            web_settings(suite),
            *(_file(path, suite, group=layout.GROUP, mode="640") for path in private),
            *(_file(path, suite, mode="755") for path in commands),
        ),
    )


def units(suite: Suite) -> DeclaredFiles:
    """Every unit of the suite, and the rotation of its logs."""
    jobs = [f"{job}.{kind}" for job in DAILY_JOBS for kind in ("service", "timer")]
    names = [
        *suite.settings.services,
        *(jobs if suite.settings.runs("core") else []),
        *(_WEB_JOBS if suite.settings.runs("web") else []),
    ]
    return DeclaredFiles(
        files=(
            *(_file(f"{layout.UNITS}/{name}", suite) for name in names),
            _file(layout.LOGROTATE, suite),
        ),
    )


def installed(suite: Suite) -> DeclaredFiles:
    """Every file outside the release's directory."""
    ours = configuration(suite) + units(suite)
    if suite.settings.runs("web"):
        ours += programs() + proxy(suite)
    return ours + peers(suite) if suite.settings.is_split else ours


def programs() -> DeclaredFiles:
    """Programs of units that are not part of a release."""
    return DeclaredFiles(
        directories=(Directory(layout.PROGRAMS),),
        files=(ManagedFile(layout.INDEX_PROGRAM, _INDEX_PROGRAM.read_text(encoding="utf-8")),),
    )


def proxy(suite: Suite) -> DeclaredFiles:
    """The suite's site of the proxy; other sites are not touched."""
    return DeclaredFiles(
        files=(_file(suite.proxy.site, suite),),
        links={layout.STATIC: layout.STATIC_TARGET},
        checks=(suite.proxy.check,),
    )


def peers(suite: Suite) -> DeclaredFiles:
    """The proxy's site between Core's host and those of the web, each open only to the other."""
    return DeclaredFiles(files=(_file(suite.proxy.peers_site, suite),), checks=(suite.proxy.check,))


def database_server(suite: Suite) -> DeclaredFiles:
    """The drop-in for a database server of several hosts: it starts after their network."""
    place = f"{layout.UNITS}/{suite.database.server_unit(suite.platform.package_tool)}.d"
    return DeclaredFiles(
        directories=(Directory(place),),
        files=(_file(f"{place}/{layout.DATABASE_DROP_IN}", suite),),
    )


def require_templates(suite: Suite) -> None:
    """Renders everything once; raises `Refusal` for a template that cannot be rendered."""
    if suite.settings.runs_release:
        installed(suite)
    if suite.settings.role == "database":
        database_server(suite)


def timers(suite: Suite) -> tuple[str, ...]:
    """Every timer: Core's two jobs and one for each period in which a Django app has jobs."""
    daily = [f"{job}.timer" for job in DAILY_JOBS]
    periods = [f"hyperkitty-jobs@{period}.timer" for period in suite.release.job_periods]
    settings = suite.settings
    return (
        *(daily if settings.runs("core") else ()),
        *(periods if settings.runs("web") else ()),
    )


def web_settings(suite: Suite) -> ManagedFile:
    """Django's settings file, which also decides what the static files are."""
    return _file(layout.WEB_SETTINGS, suite, group=layout.GROUP, mode="640")


def _file(path: str, suite: Suite, *, group: str = "root", mode: str = "644") -> ManagedFile:
    return ManagedFile(path, rendered(path, suite), group=group, mode=mode)
