"""Paths and names of the lab; nothing else chooses any."""

from __future__ import annotations

import os
from ipaddress import IPv4Network
from pathlib import Path

# A second lab beside the first (the self-test has one) sets prefix and network, so that names and
# addresses differ; the cache of images and packages is shared, because content decides its names.
PREFIX = os.environ.get("MAILMAN_LAB_PREFIX", "mmlab")
NETWORK = IPv4Network(os.environ.get("MAILMAN_LAB_NETWORK", "10.77.0.0/24"))

ALL_STATE = Path("/var/lib/mailman-lab")
STATE = ALL_STATE / PREFIX
CACHE = Path(os.environ.get("MAILMAN_LAB_CACHE", "/var/cache/mailman-lab"))

MACHINES = STATE / "machines"
LAYERS = STATE / "layers"
LOCKS = STATE / "locks"
SSH_CONFIG = STATE / "ssh_config"
KNOWN_HOSTS = STATE / "known_hosts"

IMAGES = CACHE / "images"
PACKAGES = CACHE / "packages"
PIP_CACHE = CACHE / "pip"
SSH_KEY = CACHE / "ssh" / "id_ed25519"
SSH_HOST_KEY = CACHE / "ssh" / "host_ed25519"

BRIDGE = f"{PREFIX}0"
GATEWAY = NETWORK[1]
DOMAIN = "lab.test"


def machine_directory(name: str) -> Path:
    """The directory of everything that one machine owns."""
    return MACHINES / name
