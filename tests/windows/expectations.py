"""What a window that finished promises of each kind: configuration, data, units, mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.windows import data
from tests.windows.hosts import Host
from tests.windows.product import layout, managed_files

WANTS = f"{layout.UNITS}/multi-user.target.wants"


def finished(host: Host) -> dict[str, Any]:
    """As `outcomes.looks` should say it; `configuration` and `release` are what services run."""
    return {
        "release": _release,
        "by hand": _release,
        "packages": _release,
        "rollback": _rollback,
        "restore": _restore,
        "backup": _backup,
    }[host.kind](host)


def _release(host: Host) -> dict[str, Any]:
    """The declared suite, with the data of before in the newer schemas."""
    before = host.before["databases"]
    return {
        "tree": _new_tree(host),
        "files": host.before["files"],
        "databases": {name: data.migrated(before[name], name) for name in before},
        "units": set(host.order["declared_units"]["units"]),
        "configuration": "new",
        "release": host.order["to"],
        "sent": host.sent,
    }


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
        "configuration": "old",
        "release": host.order["to"],
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
    order, kept = host.order, _without_by_hand(host)
    secrets = managed_files.secrets_in(str(host.path(layout.SECRETS)))
    for path, file in order["files"]["files"].items():
        text = managed_files.revealed(file["content"], secrets)
        kept[_of(host, path)] = f"{file['attributes'][2]} {text}"
    links = {**order["files"]["links"], order["link"]: order["target"]}
    kept |= {_of(host, path): f"-> {_of(host, target)}" for path, target in links.items()}
    for unit in order["declared_units"]["units"]:
        kept.setdefault(f"{WANTS}/{unit}", f"-> {_unit_file(unit)}")
    if order["index"]:
        kept[_of(host, order["index"])] = "600 "
    return kept


def _unit_file(name: str) -> str:
    template = name.partition("@")[0] + "@" + Path(name).suffix if "@" in name else name
    return f"{layout.UNITS}/{template}"


def _without_by_hand(host: Host) -> dict[str, str]:
    tree = dict(host.before["tree"])
    its = host.order["by_hand"] or {"aside": {}, "units": [], "sites": []}
    gone = [*its["sites"], *its.get("drop_ins", ())]
    gone += [
        str(host.path(f"{place}/{unit}"))
        for place in (layout.UNITS, WANTS)
        for unit in its["units"]
    ]
    aside = {_of(host, path): _of(host, place) for path, place in its["aside"].items()}
    removed = [_of(host, path) for path in host.order["removes"]]
    found = {}
    for path, text in tree.items():
        for old, new in aside.items():
            if f"{path}/".startswith(f"{old}/") and (
                host.order["kind"] == "restore" or not text.startswith("->")
            ):
                path = path.replace(old, new, 1)
        if path not in [_of(host, one) for one in gone] and not path.startswith(
            tuple(removed) or "?"
        ):
            found[path] = text
    return found


def _of(host: Host, path: str) -> str:
    return path.replace(str(host.root), "")
