"""Every unit of a host's suite, and what each reads when it starts. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mailman_suite.base import layout
from mailman_suite.host.wire.sides import Side
from mailman_suite.host.wire.units import DeclaredUnits
from mailman_suite.suite.files import timers
from mailman_suite.suite.suite import Suite


@dataclass(frozen=True)
class Unit:
    """How one unit should be.

    `inputs` are the files and links that its process reads when it starts; one that changed later
    than that calls for a restart, or for a reload where `reloads` is true. `waits` is for units
    that start others, as timers do.
    """

    name: str
    inputs: tuple[str, ...] = ()
    reloads: bool = False
    waits: bool = False
    pid_file: str = ""


def declared_units(suite: Suite) -> tuple[Unit, ...]:
    """Every unit of the host's role, and what it reads when it starts."""
    settings = suite.settings
    units = [
        *(_CORE if settings.runs("core") else ()),
        *(_web(suite) if settings.runs("web") else ()),
        *([_proxy(suite)] if settings.runs_release else ()),
        *([_mta(suite)] if settings.runs("core", "mta") else ()),
        *(Unit(timer, waits=True) for timer in timers(suite)),
        *([Unit(layout.INDEX_PATH_UNIT, waits=True)] if settings.runs("web") else ()),
    ]
    return tuple(units)


def side_of(service: str) -> Side:
    """Whose code a service of the suite runs."""
    return "core" if service == layout.CORE_UNIT else "web"


def _proxy(suite: Suite) -> Unit:
    """The proxy, which serves the pages and connects Core and web."""
    site = (suite.proxy.site,) if suite.settings.runs("web") else ()
    peers = (suite.proxy.peers_site,) if suite.settings.is_split else ()
    return Unit(suite.proxy.unit, (*site, *peers), reloads=True)


_SECRETS = (f"{layout.SECRETS}/rest_password", f"{layout.SECRETS}/archiver_key")
_CORE_FILES = (layout.CORE_CONFIG, layout.ARCHIVER_CONFIG, layout.REST_CONFIG)
_WEB_FILES = (
    layout.WEB_SETTINGS,
    f"{layout.SECRETS}/django_secret_key",
    f"{layout.SECRETS}/database_web_password",
    *_SECRETS,
)


def _inputs(unit: str, side: Side, *files: str) -> tuple[str, ...]:
    """What a service of ours reads when it starts: its unit, its side of the release, its files."""
    return (f"{layout.UNITS}/{unit}", f"{layout.SIDES}/{side}", *files)


_CORE = (Unit(layout.CORE_UNIT, _inputs(layout.CORE_UNIT, "core", *_CORE_FILES)),)


def _web(suite: Suite) -> tuple[Unit, ...]:
    """The pages and their worker."""
    return (
        Unit(
            layout.WEB_UNIT, _inputs(layout.WEB_UNIT, "web", suite.wsgi.configuration, *_WEB_FILES)
        ),
        Unit(layout.QCLUSTER_UNIT, _inputs(layout.QCLUSTER_UNIT, "web", *_WEB_FILES)),
    )


def _mta(suite: Suite) -> Unit:
    """The MTA, which delivers the lists' mail to Core."""
    mta = suite.mta
    return Unit(mta.unit, (mta.configuration,), reloads=True, pid_file=mta.pid_file)


def declaration(suite: Suite) -> DeclaredUnits:
    """The arguments of `host/apply/units.py`."""
    return {
        "stamps": f"{layout.STATE}/reloaded",
        "units": {
            one.name: {
                "state": "waiting" if one.waits else "running",
                "inputs": list(one.inputs),
                "reload": one.reloads,
                "pid_file": one.pid_file,
            }
            for one in declared_units(suite)
        },
    }
