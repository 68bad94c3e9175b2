"""What one window is to do on its host, as plain values and files. Pure."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path

from mailman_suite.base import layout
from mailman_suite.base.host_program import all_programs
from mailman_suite.base.tar import tar_of
from mailman_suite.checks.verification import core_question
from mailman_suite.gates.model import REBUILD_INDEX
from mailman_suite.host.window.gate_changes import STATEMENTS
from mailman_suite.host.wire import order as wire
from mailman_suite.host.wire.checks import PagesQuestion
from mailman_suite.host.wire.connections import Connections
from mailman_suite.host.wire.files import FilesToApply
from mailman_suite.host.wire.units import DeclaredUnits
from mailman_suite.parts.chosen import search
from mailman_suite.parts.database.connections import at, connections, files
from mailman_suite.runs.record import this_run
from mailman_suite.suite import files as suite_files
from mailman_suite.suite.places import Places
from mailman_suite.suite.release_link import release_link
from mailman_suite.suite.rendering import rendered
from mailman_suite.suite.suite import Suite
from mailman_suite.windows import differences
from mailman_suite.windows.stops import started_units, stopped_units, units_left_alone

# Core needs about 13 seconds until REST answers, the web 3; both wait for slow disks and CPUs.
_PATIENCE_SECONDS: wire.Patience = {"core": 180, "web": 90}
_LINKS = ("wants", "requires")
_CORE_SCRIPT = Path(layout.CORE_UNIT).stem
UNIT_FILES = (
    f"{layout.UNITS}/{layout.WINDOW_UNIT}",
    f"{layout.UNITS}/{layout.RECOVERY_UNIT}",
)


def order(suite: Suite, name: str, units: DeclaredUnits) -> wire.Order:
    """The content of `order.json` for a change of release; it holds marks in place of secrets.

    `units` is what `host/apply/units.py apply` gets on this host.
    """
    return {
        "id": name,
        "kind": "release",
        "from": suite.running,
        "by_hand": _by_hand(suite, name),
        "renames": suite.adoption.renames if suite.adoption else None,
        "to": suite.identifier,
        **_release(suite),
        **_data(suite),
        "paths": configuration_paths(suite),
        "files": _files(suite),
        "leaves": list(suite.leaves),
        "goes_on": units_left_alone(suite),
        "units": stopped_units(suite),
        "starts": started_units(suite),
        "declared_units": units,
        "window_unit": layout.WINDOW_UNIT,
        "closed": layout.CLOSED,
        "proxy": suite.proxy.unit,
        "mta": suite.mta.name,
        "transport": "" if "core" in suite.leaves else suite.mta.transport,
        "cron_jobs": list(suite.cron_jobs),
        "removes": [],  # at its end, however it ends
        **_index(suite),
        **_health(suite.places),
        **differences.of_role(suite),
    }


def _release(suite: Suite) -> wire.Release:
    """What the new release consists of, and how its programs are run."""
    return {
        **release_link(suite),
        "python": f"{suite.release_directory}/venv/bin/python",
        "user": layout.USER,
        "environment": {
            "HOME": f"{layout.HOME}/mm",
            "MAILMAN_CONFIG_FILE": layout.CORE_CONFIG,
            "MAILMAN_WEB_CONFIG": layout.WEB_SETTINGS,
        },
        "heads": f"{suite.release_directory}/heads.json",
    }


def new_id(purpose: str) -> str:
    """A window's name: when its run began, and what for; later ones sort after earlier ones.

    On all hosts of a run it is the same, so one acknowledgement covers all of them.
    """
    return f"{this_run().id.partition('-')[0]}-{purpose}"


def _index(suite: Suite) -> wire.Index:
    """Whether a new search index is requested, and what is shown once the window has finished."""
    if REBUILD_INDEX not in suite.changes:
        return {"index": "", "afterwards": []}
    return new_index()


def new_index() -> wire.Index:
    """The part of an order that asks for a search index once the window finished."""
    told = f"a search index is being filled: journalctl --follow --unit {layout.INDEX_UNIT}"
    return {"index": layout.INDEX_WANTED, "afterwards": [told]}


def _data(suite: Suite) -> wire.Data:
    """Where the data is, what must not change of it, and what the gates want changed."""
    databases = connections(suite.settings)
    return {
        "databases": databases,
        "databases_before": at(databases, suite.adoption.renamed if suite.adoption else {}),
        "var": suite.places.var,  # its contents are moved to the invariants' place
        "invariants": {"databases": databases, "var": layout.VAR},
        "invariants_before": {"databases": _present(suite, databases), "var": suite.places.var},
        "changes": [name for name in suite.changes if name in STATEMENTS],
    }


def _health(places: Places) -> wire.Health:
    """What the new release has to answer before it may have the mail, and what the old one then."""
    return {
        "health_before": _old_health(places) if places.web else {},
        "patience": _PATIENCE_SECONDS,
        "core_questions": core_question(),
        "web_questions": _wsgi(),
        "archives_page": "/archives/",
        "lists_page": "/mailman3/lists/",
    }


def _old_health(places: Places) -> wire.OldHealth:
    """For packages, only Core is asked: their web has no port of its own."""
    return {"core_questions": {**core_question(), "venv": places.prefix}, "lists_page": ""}


def configuration_paths(suite: Suite) -> list[str]:
    """Patterns of everything outside the data that a change of release may change."""
    ours = ["mailman*", "hyperkitty-jobs@*"]
    if suite.adoption:
        ours += [name for unit in suite.adoption.units for name in (unit, f"{unit}.d")]
    return [
        f"{layout.ETC}/*",
        *(f"{layout.UNITS}/{name}" for name in ours),
        *(f"{layout.UNITS}/*.{kind}/{name}" for kind in _LINKS for name in ours),
        suite.proxy.site,
        *([suite.proxy.peers_site] if suite.settings.is_split else []),
        layout.LOGROTATE,
        suite.mta.configuration,
        *layout.COMMANDS,
        layout.INDEX_PROGRAM,
        f"{layout.STATE}/files.json",
        f"{layout.SIDES}/*",
        *sorted({job["file"] for job in suite.cron_jobs}),
        *_links_or_sites(suite),
    ]


def _links_or_sites(suite: Suite) -> list[str]:
    """Our two links; where a suite made by hand has directories, these are put aside instead."""
    links = [layout.VENV, layout.STATIC]
    if not suite.adoption:
        return links
    if not suite.adoption.renames:
        return list(suite.adoption.sites)
    # Nothing of packages stands there; their units have scripts for other init systems too.
    scripts = [f"/etc/rc?.d/*{Path(unit).stem}" for unit in suite.places.units]
    return [*links, *suite.adoption.sites, *scripts, f"/etc/rc?.d/*{_CORE_SCRIPT}"]


def _by_hand(suite: Suite, name: str) -> wire.PutAside | None:
    """What `host/window/by_hand.py` moves aside; None for a suite of this repository."""
    if not suite.adoption:
        return None
    ours = files(suite.settings)
    return {
        "units": list(suite.adoption.units),
        "drop_ins": list(suite.adoption.drop_ins),
        "sites": list(suite.adoption.sites),
        "aside": {path: f"{path}.before-{name}" for path in _aside(suite)},
        "moved": {ours[which]: path for which, path in suite.adoption.moved.items()},
    }


def _aside(suite: Suite) -> list[str]:
    """Directories that make room, with an index that the release cannot read among them."""
    index = [search().index] if REBUILD_INDEX in suite.changes else []
    return [layout.VENV, layout.STATIC, *index]


def _present(suite: Suite, databases: Connections) -> Connections:
    """Where the databases are before the window."""
    adoption = suite.adoption
    return at(databases, {**adoption.moved, **adoption.renamed} if adoption else {})


def _files(suite: Suite) -> FilesToApply:
    return (suite_files.directories(suite.settings) + suite_files.installed(suite)).with_content()


def _wsgi() -> PagesQuestion:
    """How the WSGI server is asked itself, past a proxy that is closed.

    By the name by which Core's archiver reaches it: the site may have another name in the
    configuration of now, or of after a rollback, than in group data.
    """
    return {
        "host": layout.LOOPBACK,
        "scheme": "http",
        "port": layout.WEB_PORT,
        "loopback": layout.LOOPBACK,
    }


def bundle(
    suite: Suite, content: wire.Order | wire.BackupOrder, unit_files: Iterable[str] = UNIT_FILES
) -> io.BytesIO:
    """A tar archive of a window's directory: the order, the programs, the units that run them.

    The order names the run, so that the host's history can tell what became of its window.
    """
    files = {
        "order.json": json.dumps({**content, "run": this_run().id}, indent=1),
        **{f"units/{Path(path).name}": rendered(path, suite) for path in unit_files},
    }
    texts = {path: text.encode() for path, text in files.items()}
    programs = {f"program/{path}": source for path, source in all_programs().items()}
    return tar_of({**texts, **programs}, 0o600)
