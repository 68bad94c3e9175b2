"""Installs what is missing of the distribution's packages, in one call of its tool."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import cast

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from mailman_suite.facts.packages import DebPackages, RpmPackages

# Another apt may run for minutes: unattended-upgrades on a fresh machine, or that of a run whose
# controller was lost. apt-get itself waits for one lock of the three, and dpkg for none.
_LOCKS = ("/var/lib/dpkg/lock-frontend", "/var/lib/apt/lists/lock", "/var/cache/apt/archives/lock")
_WAIT = (
    "timeout 600 python3 -c 'import fcntl, sys; "
    '[fcntl.lockf(open(path, "w"), fcntl.LOCK_EX) for path in sys.argv[1:]]\' '
    f"{' '.join(_LOCKS)} &&"
)
_APT = (
    "DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600"
    " -o Dpkg::Options::=--force-confold"
)


@operation()
def debs(names: Iterable[str]) -> Generator[StringCommand, None, None]:
    """The named Debian packages are installed and configured."""
    wanted = list(names)
    found = host.get_fact(DebPackages, names=wanted)
    if found["broken"]:
        yield StringCommand(
            _WAIT,
            "DEBIAN_FRONTEND=noninteractive dpkg --configure -a --force-confold &&",
            _APT,
            "--fix-broken install",
        )
    missing = _missing(wanted, found)
    if missing:
        yield StringCommand(_WAIT, _APT, "update")
        yield StringCommand(
            _WAIT, _APT, "install --no-install-recommends", *map(QuoteString, missing)
        )
    elif not found["broken"]:
        host.noop("every package is installed")


@operation()
def rpms(names: Iterable[str]) -> Generator[StringCommand, None, None]:
    """The named RPM packages are installed; dnf is only called for what is missing."""
    wanted = list(names)
    missing = _missing(wanted, host.get_fact(RpmPackages, names=wanted))
    if not missing:
        host.noop("every package is installed")
        return
    yield StringCommand(
        "dnf -q -y --setopt=install_weak_deps=False install", *map(QuoteString, missing)
    )


def _missing(wanted: list[str], found: dict[str, object]) -> list[str]:
    installed = cast("set[str]", found["installed"])
    return [name for name in wanted if name not in installed]
