"""What the lab needs of the box it runs on."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from lab import paths
from lab.commands import LabError, run
from lab.locks import held

PACKAGE_OF = {
    "apt-get": "apt",
    "debootstrap": "debootstrap",
    "systemd-nspawn": "systemd-container",
    "ip": "iproute2",
    "nft": "nftables",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "unshare": "util-linux",
    "setpriv": "util-linux",
}
CAPABILITIES = {"CAP_NET_ADMIN": 12, "CAP_SYS_ADMIN": 21, "CAP_MKNOD": 27}
# overlayfs writes only to a local disk's file system.
UNFIT_FILE_SYSTEMS = {"overlay", "nfs", "nfs4", "9p", "virtiofs", "fuse.sshfs"}


def why_not() -> str | None:
    """One sentence on why the lab cannot run here, or None when it can."""
    if not sys.platform.startswith("linux"):
        return f"the lab needs Linux, and this is {sys.platform}"
    if os.geteuid() != 0:
        return "the lab needs root (it mounts, makes a bridge and starts systemd-nspawn)"
    held = _effective_capabilities()
    lacking = [name for name, bit in CAPABILITIES.items() if not held >> bit & 1]
    if lacking:
        return f"root lacks {', '.join(lacking)} here, probably inside an unprivileged container"
    if missing_packages() and not shutil.which("apt-get"):
        return f"the lab needs {', '.join(missing_packages())}, and has no apt-get to install them"
    if not Path("/sys/fs/cgroup").is_mount():
        return "no control groups are mounted at /sys/fs/cgroup"
    kind = _file_system_of(paths.STATE)
    if kind in UNFIT_FILE_SYSTEMS:
        return f"{paths.STATE} is on {kind}, where overlayfs cannot write; mount a disk there"
    return None


def missing_packages() -> list[str]:
    """Debian packages whose programs this box lacks."""
    return sorted({package for tool, package in PACKAGE_OF.items() if not shutil.which(tool)})


def ensure() -> None:
    """Installs packages that the lab needs; LabError if the lab cannot run on this box."""
    reason = why_not()
    if reason:
        raise LabError(reason)
    # All labs on the box share its apt; one that waited finds nothing missing any more.
    with held("packages", paths.ALL_STATE):
        missing = missing_packages()
        if missing:
            _install(missing)
    if "overlay" not in Path("/proc/filesystems").read_text().split():
        run(["modprobe", "overlay"])


def _install(missing: list[str]) -> None:
    print(f"lab: installing {', '.join(missing)}", file=sys.stderr, flush=True)
    # Another apt may run on the box, such as unattended upgrades. The apt of a lab that was killed
    # runs on, and keeps this lock; `apt-get update` itself does not wait.
    alone = ["flock", str(paths.ALL_STATE / "apt.lock"), "env", "DEBIAN_FRONTEND=noninteractive"]
    apt = [*alone, "apt-get", "-o", "DPkg::Lock::Timeout=600"]
    run([*apt, "update"])
    run([*apt, "install", "--yes", "--no-install-recommends", *missing])


def _effective_capabilities() -> int:
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    return int(line.split()[1], 16)


def _file_system_of(path: Path) -> str:
    """Kind of the file system that holds the path, or would hold it once it exists."""
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    kinds = {fields[1]: fields[2] for fields in mounts}
    while str(path) not in kinds:
        path = path.parent
    return kinds[str(path)]
