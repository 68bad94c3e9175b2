"""Every unit of the suite: Core, web, worker, proxy, MTA and the timers of the jobs."""

from pyinfra.api import deploy

from mailman_suite.base import layout
from mailman_suite.operations import units
from mailman_suite.operations.units import Unit
from mailman_suite.suite.files import timers
from mailman_suite.suite.suite import Suite


@deploy("Services")
def run(suite: Suite) -> None:
    """Every unit runs with the files that stand on the host now; the database's are its own."""
    if suite.settings.role == "database":
        return
    units.current(
        name="Services and timers run with their current files",
        units=declared_units(suite),
    )


def declared_units(suite: Suite) -> tuple[Unit, ...]:
    """Every unit of the host's role, and what it reads when it starts."""
    settings = suite.settings
    units = [
        *(_CORE if settings.runs("core") else ()),
        *(_WEB if settings.runs("web") else ()),
        *([_proxy(suite)] if settings.runs_release else ()),
        *([_POSTFIX] if settings.runs("core", "mta") else ()),
        *(Unit(timer, waits=True) for timer in timers(suite)),
        *([Unit(layout.INDEX_PATH_UNIT, waits=True)] if settings.runs("web") else ()),
    ]
    return tuple(units)


def _proxy(suite: Suite) -> Unit:
    """Nginx, which leads people to the pages, and Core and web to each other."""
    site = (layout.PROXY_SITE,) if suite.settings.runs("web") else ()
    peers = (layout.PEERS_SITE,) if suite.settings.is_split else ()
    return Unit("nginx.service", (*site, *peers), reloads=True)


_SECRETS = (f"{layout.SECRETS}/rest_password", f"{layout.SECRETS}/archiver_key")
_CORE_FILES = (layout.CORE_CONFIG, layout.ARCHIVER_CONFIG, layout.REST_CONFIG)
_WEB_FILES = (
    layout.WEB_SETTINGS,
    f"{layout.STATIC}/.stamp",  # the pages name compressed files by their digests
    f"{layout.SECRETS}/django_secret_key",
    f"{layout.SECRETS}/database_web_password",
    *_SECRETS,
)


def _inputs(unit: str, *files: str) -> tuple[str, ...]:
    """What a service of ours reads when it starts: its unit, the release's link, its files."""
    return (f"{layout.UNITS}/{unit}", layout.VENV, *files)


_CORE = (Unit(layout.CORE_UNIT, _inputs(layout.CORE_UNIT, *_CORE_FILES)),)
_WEB = (
    Unit(layout.WEB_UNIT, _inputs(layout.WEB_UNIT, layout.UWSGI_CONFIG, *_WEB_FILES)),
    Unit(layout.QCLUSTER_UNIT, _inputs(layout.QCLUSTER_UNIT, *_WEB_FILES)),
)
_POSTFIX = Unit("postfix.service", (layout.POSTFIX_MAIN,), True, pid_file=layout.POSTFIX_PID)
