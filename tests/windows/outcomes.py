"""What must hold of a host when its window has ended, however it did."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.windows import data, expectations, hosts, pretended_postfix
from tests.windows.hosts import Host
from tests.windows.product import layout

# Below these nothing is configuration: data are looked at as such, and copies may stay.
_NOT_COMPARED = (
    "pretended",
    "bin",
    "run",
    "opt/mailman/releases",
    "var/lib/mailman3-suite",
    "var/backups",
)


def tree(host: Host) -> dict[str, str]:
    """Every file of a host's configuration by its path, with mode and text; links with targets."""
    left_out = {str(host.root / one) for one in _NOT_COMPARED} | set(map(str, _data_of(host)))
    found = {}
    for entry in _entries(str(host.root), left_out):
        if entry.is_symlink():
            found[host.of(entry.path)] = f"-> {host.of(os.readlink(entry.path))}"
        elif entry.is_file():
            with open(entry.path, "rb") as file:
                text = file.read().decode()
            found[host.of(entry.path)] = f"{entry.stat().st_mode & 0o7777:o} {text}"
    return found


def _entries(folder: str, left_out: set[str]) -> Iterator[os.DirEntry[str]]:
    """What is in a folder and those below it."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.path not in left_out:
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    yield from _entries(entry.path, left_out)


def _data_of(host: Host) -> set[Path]:
    """Where the data are before or after the window, and those of an earlier one."""
    names = ("invariants_before", "invariants")
    orders = [one for one in (host.order, host.past) if one]
    places = [order.get(name, order) for order in orders for name in names]
    files = {path for one in places for path in hosts.files_of(one["databases"]).values()}
    return {*files, *(Path(one["var"]) for one in places)}


def remember(host: Host) -> Host:
    """The host as it is before its window, for the comparison with what it is after."""
    host.before = looks(host)
    host.sent, host.delivered_before = mail(host), len(host.delivered())
    host.starts_before = len(_starts(host))
    host.started_before = len(host.started())
    host.commands_before = len(host.commands)
    return host


def looks(host: Host) -> dict[str, Any]:
    """Configuration, data, and what runs."""
    return {
        "tree": tree(host),
        "files": data.files(host.var),
        "databases": {name: data.dump(path) for name, path in host.databases.items()},
        "units": set(host.runs()),
        "configuration": host.unit(host.service)["configuration"],
        "began": host.unit(host.service)["pid"],
        "processes": host.runs(),
    }


def assert_ended(host: Host, said: str = "") -> None:
    """The host is what the outcome promises, and open to people and mail."""
    if host.outcome["outcome"] == "finished":
        want = expectations.finished(host)
    else:
        want = {**host.before, "release": host.old, "sent": host.sent}
        if host.kind not in ("restart", "rollback without data"):  # both releases read the data
            assert_nothing_new(host)
        ran = {unit["release"] for unit in host.before["processes"].values()}
        sent_on = {release for _, release in host.delivered()[host.delivered_before :]}
        assert sent_on <= {host.old, *ran}
    now = looks(host)
    for name in ("tree", "files", "databases", "units"):
        assert now[name] == want[name], said
    _assert_started_with(host, want["configuration"], want["release"])
    assert sorted(mail(host)) == sorted(want["sent"]), said
    assert_open(host)


def assert_nothing_new(host: Host) -> None:
    """What the old release wrote since is there, and nothing of the new one."""
    turned = host.journal.found("put back").get("at", 0.0) - 0.001  # it is rounded
    since = [release for at, release in host.started()[host.started_before :] if at > turned]
    assert _starts(host)[host.starts_before :] == since
    assert set(since) <= {host.old}


def _starts(host: Host) -> list[str]:
    """The starts that Core's database remembers, where it is here."""
    return data.starts(host.databases["core"]) if host.databases else []


def _assert_started_with(host: Host, configuration: str, release: str) -> None:
    """Each service of the suite read these files when it started, and is of this release.

    One that the window leaves alone, or had not stopped when it ended, may run as before.
    """
    is_back = host.outcome["outcome"] != "finished"
    left = set(host.before["processes"]) if is_back else expectations.left_alone(host)
    for name, unit in host.runs().items():
        if name in left and unit["pid"] == host.before["processes"][name]["pid"]:
            continue
        if name.endswith(".service") and name not in hosts.SYSTEM:
            assert (unit["configuration"], unit["release"]) == (configuration, release), name


def assert_open(host: Host) -> None:
    """Pages can be changed, and no mail waits but for a person."""
    assert not host.path(layout.CLOSED).exists()
    assert not (host.var / "queue-held").exists()
    if (host.root / "bin/postfix").exists():
        assert pretended_postfix.transports(host.root) == ""
    assert not (host.place / "reserve").exists()
    if host.unit(host.service)["pid"] != host.before["began"]:
        queued = {path.stem.split("-")[0] for path in (host.var / "queue").glob("*/*.pck")}
        assert queued <= {"shunted", "unreadable"}, "a Core that was started sends on the rest"


def mail(host: Host) -> list[str]:
    """Every message of Postfix's and Core's, sent on or not."""
    held = (host.root / "pretended/postfix").iterdir()
    queued = [
        path for place in ("queue", "queue-held") for path in (host.var / place).rglob("*.pck")
    ]
    sent = [message for message, _ in host.delivered()]
    return [*sent, *(path.stem for path in queued), *(path.name for path in held)]
