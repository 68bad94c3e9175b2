"""What a window that finished promises of each kind: configuration, data, units, mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.windows import data, pretended_core, taken_over
from tests.windows.hosts import Host
from tests.windows.product import layout, managed_files

WANTS = f"{layout.UNITS}/multi-user.target.wants"


def finished(host: Host) -> dict[str, Any]:
    """As `outcomes.looks` should say it; `configuration` and `release` are what services run."""
    others = {"rollback": _rollback, "restore": _restore, "backup": _backup}
    return others.get(host.kind.partition(" ")[0], _release)(host)


def _release(host: Host) -> dict[str, Any]:
    """The declared suite, with the data of before in the newer schemas."""
    before, changes = host.before["databases"], taken_over.changes(host)
    return {
        "tree": _new_tree(host),
        "files": host.before["files"],
        "databases": before if host.kind == "restart" else _migrated(host, changes),
        "units": set(host.order["declared_units"]["units"]),
        "configuration": "new",
        "release": host.order["to"],
        "sent": host.sent,
    }


def left_alone(host: Host) -> set[str]:
    """The services that the window neither stops nor changes."""
    leaves = host.order.get("leaves", [])
    return {name for side in leaves for name in pretended_core.SERVICES[side]}


def _migrated(host: Host, changes: list[str]) -> dict[str, list[str]]:
    before = host.before["databases"]
    changed = set(before) - set(host.order["leaves"])
    return {**before, **{name: data.migrated(before[name], name, changes) for name in changed}}


def _backup(host: Host) -> dict[str, Any]:
    """Everything goes on as before."""
    return {
        **{name: host.before[name] for name in ("tree", "files", "databases", "units")},
        "configuration": "old",
        "release": host.old,
        "sent": host.sent,
    }


def _rollback(host: Host) -> dict[str, Any]:
    """What was then, but for mail: what waits now still does."""
    spool = {name: text for name, text in host.before["files"].items() if "/spool/" in name}
    return {
        **{name: host.then[name] for name in ("tree", "databases", "units")},
        "files": {**host.then["files"], **spool},
        "configuration": host.then["configuration"],
        "release": host.then["release"],
        "sent": host.sent,
    }


def _restore(host: Host) -> dict[str, Any]:
    """The backup's data, secrets and mail; this host's configuration with them, and its mail."""
    spool = {name: text for name, text in host.before["files"].items() if "/spool/" in name}
    # What a person had not looked at still is where it was; what went out since does so again.
    again = [f"{data.QUEUED[queue]}-then" for queue in ("out", "retry")]
    return {
        "tree": {**_new_tree(host), **_secrets(host.then["tree"])},
        "files": {**spool, **host.then["files"]},
        "databases": host.then["databases"],
        "units": host.before["units"],
        "configuration": "new",
        "release": host.old,
        "sent": [*host.sent, *again],
    }


def _secrets(tree: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in tree.items() if name.startswith(layout.SECRETS)}


def _new_tree(host: Host) -> dict[str, str]:
    """The files of before, with those of the order in their places and what makes room aside."""
    order, tree = host.order, taken_over.without(host)
    secrets = managed_files.secrets_in(str(host.path(layout.SECRETS)))
    for path, file in order["files"]["files"].items():
        text = managed_files.revealed(file["content"], secrets)
        tree[host.of(path)] = f"{file['attributes'][2]} {text}"
    links = {**order["files"]["links"], order["link"]: order["target"]}
    tree |= {host.of(path): f"-> {host.of(target)}" for path, target in links.items()}
    for unit in order["declared_units"]["units"]:
        tree.setdefault(f"{WANTS}/{unit}", f"-> {_unit_file(unit)}")
    if order["index"]:
        tree[host.of(order["index"])] = "600 "
    return tree


def _unit_file(name: str) -> str:
    template = name.partition("@")[0] + "@" + Path(name).suffix if "@" in name else name
    return f"{layout.UNITS}/{template}"
