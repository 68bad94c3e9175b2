"""Where a suite that runs already keeps what a run asks it for and takes over. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mailman_suite.base import layout


@dataclass(frozen=True)
class Places:
    """Paths, accounts and units of a suite, by how it came onto its host."""

    made: str  # for people: how the suite was installed
    prefix: str  # below it are the installed packages
    python: str
    core_user: str
    web_user: str
    web_settings: str  # what Django runs with
    own_settings: str  # the file of these settings that the host's owner edits
    var: str  # Core's data
    web: str  # the web's data, if it is to be renamed to the suite's place
    upstreams: tuple[str, ...]  # how the proxy names the WSGI server
    units: tuple[str, ...] = ()  # besides Core's, which has our name


VIRTUALENV = Places(
    made="made by hand",
    prefix=layout.VENV,
    python=f"{layout.BIN}/python",
    core_user=layout.USER,
    web_user=layout.USER,
    web_settings=layout.WEB_SETTINGS,
    own_settings=layout.WEB_SETTINGS,
    var=layout.VAR,
    web="",
    upstreams=(f":{layout.WEB_PORT}",),
)
PACKAGES = Places(
    made="of the distribution's packages",
    prefix="/usr",
    python="/usr/bin/python3",
    core_user="list",
    web_user="www-data",
    web_settings="/usr/share/mailman3-web/settings.py",
    own_settings=layout.PACKAGED_WEB_SETTINGS,
    var=layout.PACKAGED_VAR,
    web=layout.PACKAGED_WEB,
    upstreams=("/run/mailman3-web/uwsgi.sock", f":{layout.WEB_PORT}"),
    units=(layout.PACKAGED_WEB_UNIT,),
)

# Where Mailman may be on a host that is changed, for `host/inspect/traces.py`: this repository's or
# the guide's, and the packages'. Both have their configuration in one directory.
OWN = (layout.VENV, layout.RELEASES, layout.PROGRAMS, layout.VAR, layout.WEB)
PACKAGED = (*layout.PACKAGED_PROGRAMS, layout.PACKAGED_VAR)
TRACED = {
    "programs": [*OWN[:3], *layout.PACKAGED_PROGRAMS],
    "data": [*OWN[3:], layout.PACKAGED_VAR, layout.ETC],
    # Core itself looks for its own in both places.
    "configurations": [layout.CORE_CONFIG, "/etc/mailman.cfg", layout.POSTFIX_MAIN],
}


def of(kind: str) -> Places:
    """The places of a suite of this kind (`host/inspect/host.py`); ours are those of the guide."""
    return PACKAGES if kind == "packages" else VIRTUALENV
