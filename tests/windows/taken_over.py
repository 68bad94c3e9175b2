"""What is left of a suite that was not ours, when a window has put it aside."""

from __future__ import annotations

from collections.abc import Iterator

from tests.windows.hosts import Host
from tests.windows.product import gate_changes, layout

WANTS = f"{layout.UNITS}/multi-user.target.wants"


def without(host: Host) -> dict[str, str]:
    """The files of before, but for those that went, and with those that were renamed or changed."""
    aside, gone = _aside(host), {host.of(path) for path in _gone(host)}
    tree = {_renamed(path, aside): text for path, text in host.before["tree"].items()}
    tree = {path: text for path, text in tree.items() if path not in gone}
    for job in host.order["cron_jobs"]:
        path = host.of(job["file"])
        mode, _, text = tree[path].partition(" ")
        lines = text.splitlines(keepends=True)
        del lines[job["number"] - 1]
        tree[path] = f"{mode} {''.join(lines)}"
    return {**tree, **_postfix(host, tree)}


def changes(host: Host) -> list[str]:
    """The statements that gates want on Core's database."""
    return [gate_changes.STATEMENTS[name] for name in host.order["changes"]]


def _aside(host: Host) -> dict[str, str]:
    its = host.order["by_hand"] or {"aside": {}}
    removed = {host.of(path) for path in host.order["removes"]}
    named = {host.of(path): host.of(place) for path, place in its["aside"].items()}
    return {path: place for path, place in named.items() if place not in removed}


def _renamed(path: str, aside: dict[str, str]) -> str:
    for old, new in aside.items():
        if path.startswith(f"{old}/"):
            return path.replace(old, new, 1)
    return path


def _gone(host: Host) -> Iterator[str]:
    its = host.order["by_hand"] or {"units": [], "sites": [], "aside": {}}
    yield from (*its["sites"], *its.get("drop_ins", ()))
    for unit in its["units"]:
        yield from (str(host.path(f"{place}/{unit}")) for place in (layout.UNITS, WANTS))
    removed = [path for path, place in its["aside"].items() if place in host.order["removes"]]
    for path in host.before["tree"]:
        if str(host.path(path)).startswith(tuple(f"{one}/" for one in removed) or "-"):
            yield path


def _postfix(host: Host, tree: dict[str, str]) -> dict[str, str]:
    """Postfix finds the maps where they are now, and nothing starts the packages' web."""
    its = host.order["renames"]
    if not its:
        return {}
    text = tree[layout.POSTFIX_MAIN]
    for theirs, ours in its["maps"].items():
        text = text.replace(theirs, ours)
    return {
        layout.POSTFIX_MAIN: text,
        **{host.of(unit): "-> /dev/null" for unit in its["masked"]},
    }
