"""The lab's own network: one bridge, one packet filter table, one address per machine."""

from __future__ import annotations

import json
from collections.abc import Collection
from ipaddress import IPv4Network
from pathlib import Path

from lab import paths
from lab.commands import LabError, run
from lab.locks import held

FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
# What forwarding was before the first lab, and one empty file per lab that needs it on.
FORWARDING_BEFORE = paths.ALL_STATE / "ip_forward.before"
FORWARDING_USERS = paths.ALL_STATE / "forwarding"
FIRST_HOST = 10  # the addresses below are the gateway's and spare


def ensure() -> None:
    """Bridge, address translation and forwarding are in place."""
    with held("network"):
        if not _link(paths.BRIDGE):
            _require_free_network()
            run(["ip", "link", "add", paths.BRIDGE, "type", "bridge"])
        address = f"{paths.GATEWAY}/{paths.NETWORK.prefixlen}"
        run(["ip", "address", "replace", address, "dev", paths.BRIDGE])
        run(["ip", "link", "set", paths.BRIDGE, "mtu", str(mtu()), "up"])
        run(["nft", "-f", "-"], stdin=_filter_table())
        _forward()


def remove() -> None:
    """Removes bridge and table, and sets forwarding to what it was before the lab."""
    with held("network"):
        if _link(paths.BRIDGE):
            run(["ip", "link", "delete", paths.BRIDGE])
        run(["nft", "-f", "-"], stdin=_without_filter_table())
        _stop_forwarding()


def free_address(taken: Collection[str]) -> str:
    """The lowest address of the lab's network that no machine has."""
    for host in list(paths.NETWORK.hosts())[FIRST_HOST - 1 :]:
        if str(host) not in taken:
            return str(host)
    raise LabError(f"all addresses of {paths.NETWORK} are in use; remove machines")


def mtu() -> int:
    """MTU of the box's default route in bytes, which machines must not exceed."""
    routes = json.loads(run(["ip", "-json", "-4", "route", "show", "default"]) or "[]")
    links = json.loads(run(["ip", "-json", "link", "show", routes[0]["dev"]])) if routes else []
    return int(links[0]["mtu"]) if links else 1500


def cut(init: int) -> None:
    """Drops all packets of the machine with this first process, whose link stays up."""
    run(["ip", "link", "set", _port(init), "nomaster"])


def repair(init: int) -> None:
    """Connects the machine with this first process again."""
    run(["ip", "link", "set", _port(init), "master", paths.BRIDGE])


def _port(init: int) -> str:
    """Name on the box of the other end of the machine's `host0`."""
    inside = ["nsenter", "--target", str(init), "--net", "ip", "-json", "link", "show", "host0"]
    index = json.loads(run(inside))[0]["link_index"]
    links = json.loads(run(["ip", "-json", "link", "show"]))
    return str(next(link["ifname"] for link in links if link["ifindex"] == index))


def _link(name: str) -> bool:
    return Path(f"/sys/class/net/{name}").exists()


def _require_free_network() -> None:
    routes = json.loads(run(["ip", "-json", "-4", "route", "show"]) or "[]")
    for route in routes:
        used = route["dst"] != "default" and IPv4Network(route["dst"]).overlaps(paths.NETWORK)
        if used:
            found = f"found {route['dst']} on {route['dev']}, expected {paths.NETWORK} to be free"
            raise LabError(
                f"{found}; set MAILMAN_LAB_NETWORK to another network, such as 10.99.0.0/24"
            )


def _forward() -> None:
    with held("forwarding", paths.ALL_STATE):
        FORWARDING_USERS.mkdir(exist_ok=True)
        (FORWARDING_USERS / paths.PREFIX).touch()
        if not FORWARDING_BEFORE.exists():
            FORWARDING_BEFORE.write_text(FORWARDING.read_text())
        FORWARDING.write_text("1")


def _stop_forwarding() -> None:
    with held("forwarding", paths.ALL_STATE):
        (FORWARDING_USERS / paths.PREFIX).unlink(missing_ok=True)
        others = FORWARDING_USERS.exists() and any(FORWARDING_USERS.iterdir())
        if FORWARDING_BEFORE.exists() and not others:
            FORWARDING.write_text(FORWARDING_BEFORE.read_text())
            FORWARDING_BEFORE.unlink()


def _without_filter_table() -> str:
    # Naming the table first lets the deletion succeed whether or not it existed.
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


def free_port(name: str) -> None:
    """Removes the machine's port on the bridge, which nspawn names after it (maybe shortened)."""
    run(["ip", "link", "delete", f"vb-{paths.PREFIX}-{name}"], check=False)
