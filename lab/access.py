"""How machines are reached: keys of the lab's own and one ssh configuration for all of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from lab import paths
from lab.commands import run
from lab.locks import held

OPTIONS = f"""\
    User root
    IdentityFile {paths.SSH_KEY}
    IdentitiesOnly yes
    UserKnownHostsFile {paths.KNOWN_HOSTS}
    StrictHostKeyChecking yes
    ConnectTimeout 60
    ConnectionAttempts 3
    ServerAliveInterval 15
"""


def ensure_keys() -> None:
    """The lab's keys exist: one to log in to its machines, the other identifies all of them."""
    with held("ssh-keys", paths.CACHE / "locks"):
        for key in (paths.SSH_KEY, paths.SSH_HOST_KEY):
            if not key.with_suffix(".pub").exists():
                key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                key.unlink(missing_ok=True)
                run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", str(key)])


def public(key: Path) -> str:
    """The line for authorized_keys that belongs to the private key."""
    return key.with_suffix(".pub").read_text()


def render_ssh_config(addresses: Mapping[str, str]) -> str:
    """Text of an ssh_config under which every machine answers to name, full name and address."""
    entries = (
        f"Host {name} {name}.{paths.DOMAIN} {address}\n    HostName {address}\n{OPTIONS}"
        for name, address in sorted(addresses.items())
    )
    return "".join(entries)


def write_ssh_config(addresses: Mapping[str, str]) -> None:
    """ssh_config and known_hosts name exactly these machines; each file is replaced at once."""
    ensure_keys()
    key = " ".join(public(paths.SSH_HOST_KEY).split()[:2])
    known = "".join(f"{address} {key}\n" for address in sorted(addresses.values()))
    config = render_ssh_config(addresses)
    for path, text in ((paths.KNOWN_HOSTS, known), (paths.SSH_CONFIG, config)):
        new = path.with_suffix(".new")
        new.write_text(text)
        os.replace(new, path)


def pyinfra_data(address: str) -> dict[str, str]:
    """Connection data of a machine for a pyinfra inventory."""
    return {
        "ssh_hostname": address,
        "ssh_user": "root",
        "ssh_key": str(paths.SSH_KEY),
        "ssh_known_hosts_file": str(paths.KNOWN_HOSTS),
        "ssh_strict_host_key_checking": "yes",
    }


def ssh(name: str, *options: str) -> list[str]:
    """The beginning of a command line that runs something on the machine."""
    return ["ssh", "-F", str(paths.SSH_CONFIG), *options, name]
