"""The lab's own network: one bridge, one packet filter table, one address per machine."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from lab import paths
from lab.commands import LabError, run
from lab.locks import held

FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
FORWARDING_BEFORE = paths.STATE / "ip_forward.before"
FIRST_HOST = 10  # the addresses below are the gateway's and spare


def ensure() -> None:
    """Bridge, address translation and forwarding are in place."""
    with held("network"):
        if not _link(paths.BRIDGE):
            run(["ip", "link", "add", paths.BRIDGE, "type", "bridge"])
        address = f"{paths.GATEWAY}/{paths.NETWORK.prefixlen}"
        run(["ip", "address", "replace", address, "dev", paths.BRIDGE])
        run(["ip", "link", "set", paths.BRIDGE, "mtu", str(mtu()), "up"])
        run(["nft", "-f", "-"], stdin=_filter_table())
        _forward()


def remove() -> None:
    """Bridge and table are gone, and forwarding is what it was before the lab."""
    with held("network"):
        if _link(paths.BRIDGE):
            run(["ip", "link", "delete", paths.BRIDGE])
        run(["nft", "-f", "-"], stdin=_without_filter_table())
        if FORWARDING_BEFORE.exists():
            FORWARDING.write_text(FORWARDING_BEFORE.read_text())
            FORWARDING_BEFORE.unlink()


def free_address(taken: Collection[str]) -> str:
    """The lowest address of the lab's network that no machine has."""
    for host in list(paths.NETWORK.hosts())[FIRST_HOST - 1 :]:
        if str(host) not in taken:
            return str(host)
    raise LabError(f"all addresses of {paths.NETWORK} are taken; take machines down")


def mtu() -> int:
    """Packet size of the box's way out, which machines must not exceed either, in bytes."""
    routes = json.loads(run(["ip", "-json", "-4", "route", "show", "default"]) or "[]")
    links = json.loads(run(["ip", "-json", "link", "show", routes[0]["dev"]])) if routes else []
    return int(links[0]["mtu"]) if links else 1500


def cut(init: int) -> None:
    """The machine whose first process this is hears and says nothing, and sees no link go down."""
    run(["ip", "link", "set", _port(init), "nomaster"])


def mend(init: int) -> None:
    """The machine whose first process this is has its network back."""
    run(["ip", "link", "set", _port(init), "master", paths.BRIDGE])


def _port(init: int) -> str:
    """Name on the box of the other end of the machine's `host0`."""
    inside = ["nsenter", "--target", str(init), "--net", "ip", "-json", "link", "show", "host0"]
    index = json.loads(run(inside))[0]["link_index"]
    links = json.loads(run(["ip", "-json", "link", "show"]))
    return str(next(link["ifname"] for link in links if link["ifindex"] == index))


def _link(name: str) -> bool:
    return Path(f"/sys/class/net/{name}").exists()


def _forward() -> None:
    before = FORWARDING.read_text()
    if before.strip() == "0":
        FORWARDING_BEFORE.write_text(before)
        FORWARDING.write_text("1")


def _without_filter_table() -> str:
    # Naming the table first makes deleting it succeed whether or not it was there.
    return f"table ip {paths.PREFIX}\ndelete table ip {paths.PREFIX}\n"


def _filter_table() -> str:
    inside = paths.NETWORK
    return f"""{_without_filter_table()}
table ip {paths.PREFIX} {{
    chain way_out {{
        type nat hook postrouting priority srcnat
        ip saddr {inside} ip daddr != {inside} masquerade
    }}
}}
"""
