"""What pyinfra's own operations can declare, one call for each thing, as its docs show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyinfra import host
from pyinfra.api import deploy
from pyinfra.operations import apt, files, pip, server, systemd


@deploy("System")
def declared(state: Mapping[str, Any]) -> None:
    """Packages, account, directories, virtual environment, files, links, parameters, units."""
    apt.packages(name="Packages", packages=state["packages"], no_recommends=True)
    server.group(name="Group", group="mailman", system=True)
    server.user(
        name="User",
        user="mailman",
        group="mailman",
        home="/opt/mailman",
        shell="/bin/bash",
        system=True,
        ensure_home=False,
    )
    for one in host.loop(state["directories"]):
        files.directory(
            name=f"Directory {one['path']}",
            path=one["path"],
            user=one["owner"],
            group=one["group"],
            mode=one["mode"],
        )
    pip.venv(name="Virtual environment", path="/opt/mailman/venv", python=state["python"])
    _files(state)
    for unit in host.loop(state["units"]):
        systemd.service(name=f"Unit {unit}", service=unit, running=True, enabled=True)


def _files(state: Mapping[str, Any]) -> None:
    for one in host.loop(state["files"]):
        files.put(
            name=f"File {one['path']}",
            src=one["source"],
            dest=one["path"],
            user=one["user"],
            group=one["group"],
            mode=one["mode"],
        )
    for path, target in host.loop(list(state["links"].items())):
        files.link(name=f"Link {path}", path=path, target=target)
