"""Installs missing packages of the distribution, with few calls of its package tool."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable
from typing import cast

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation
from pyinfra.api.operation import OperationMeta

from mailman_suite.base import layout
from mailman_suite.facts.packages import DebPackages, RpmPackages

# Another apt may run for minutes: unattended-upgrades on a fresh machine, or that of a run whose
# control machine was lost. apt-get itself waits for one of the three locks, and dpkg for none.
_LOCKS = ("/var/lib/dpkg/lock-frontend", "/var/lib/apt/lists/lock", "/var/cache/apt/archives/lock")
_WAIT = (
    "timeout 600 python3 -c 'import fcntl, sys; "
    '[fcntl.lockf(open(path, "w"), fcntl.LOCK_EX) for path in sys.argv[1:]]\' '
    f"{' '.join(_LOCKS)} &&"
)
# Our own calls wait for each other's end, also between two of apt's locks; nothing inherits this.
_ONE_AT_A_TIME = f"flock -o -w 600 /run/{layout.PACKAGES_UNIT}.lock sh -c"
_APT = (
    "DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600"
    " -o Dpkg::Options::=--force-confold"
)


@operation()
def debs(
    names: Iterable[str], following: Collection[str] = ()
) -> Generator[StringCommand, None, None]:
    """The named Debian packages are installed and configured; `following` are being installed.

    + following: those of the names that the run needs later. They are installed in the background,
      and the operation that names them again waits for them.
    """
    wanted = list(names)
    found = host.get_fact(DebPackages, names=wanted)
    missing = _missing(wanted, found)
    if found["broken"]:
        yield StringCommand(_ONE_AT_A_TIME, QuoteString(_REPAIR))
    if now := [name for name in missing if name not in following]:
        yield deb_installation(now)
    if later := [name for name in missing if name in following]:
        yield StringCommand(
            f"systemctl is-active --quiet {layout.PACKAGES_UNIT} ||",
            f"systemd-run --quiet --collect --unit={layout.PACKAGES_UNIT}",
            _ONE_AT_A_TIME,
            QuoteString(_locked_installation(later)),
        )
    if not missing and not found["broken"]:
        host.noop("every package is installed")


@operation()
def followed_debs(
    names: Iterable[str], installation: OperationMeta
) -> Generator[StringCommand, None, None]:
    """The packages that `debs` installs in the background are installed and configured.

    + installation: that operation of this run; if it found nothing missing, the host is not asked
    """
    if installation.is_complete() and not installation.did_change():
        host.noop("every package was installed when this run began")
        return
    yield from debs._inner(names)


def deb_installation(names: Collection[str]) -> StringCommand:
    """The command that installs Debian packages; it returns at once if they are installed."""
    return StringCommand(_ready(names), _ONE_AT_A_TIME, QuoteString(_locked_installation(names)))


# Asked again once it has the locks: what seemed broken may have been another installation.
# dpkg alone cannot configure a package that was unpacked before what it depends on, and apt alone
# leaves one that was half unpacked ("reinst-required") as it is.
_HALF_UNPACKED = (
    "$(dpkg-query -W -f='${db:Status-Abbrev} ${binary:Package}\n' | sed -n 's/^..R //p')"
)
_FIX = f"{_APT} --fix-broken --no-remove --reinstall install {_HALF_UNPACKED}"
_REPAIR = (
    f'{_WAIT} {{ test -z "$(dpkg --audit)" ||'
    " { DEBIAN_FRONTEND=noninteractive dpkg --configure -a --force-confold;"
    f" {_FIX} || {{ {_APT} update && {_FIX}; }}; }}; }}"
)


def _locked_installation(names: Collection[str]) -> str:
    quoted = [QuoteString(name) for name in names]
    install = StringCommand(_APT, "install --no-install-recommends", *quoted)
    return f"{_WAIT} {{ {_ready(names)} {{ {_APT} update && {install.get_raw_value()}; }}; }}"


def _ready(names: Collection[str]) -> str:
    """A test whether the packages are installed and configured, and `||`."""
    quoted = [QuoteString(name) for name in names]
    states = StringCommand("dpkg-query -W -f='${db:Status-Abbrev}'", *quoted, "2>/dev/null")
    return f"test \"$({states.get_raw_value()})\" = '{'ii ' * len(names)}' ||"


@operation()
def rpms(names: Iterable[str]) -> Generator[StringCommand, None, None]:
    """The named RPM packages are installed; dnf is only called for what is missing."""
    wanted = list(names)
    missing = _missing(wanted, host.get_fact(RpmPackages, names=wanted))
    if not missing:
        host.noop("every package is installed")
        return
    yield rpm_installation(missing)


def rpm_installation(names: Collection[str]) -> StringCommand:
    """The command that installs RPM packages; it returns at once if they are installed."""
    quoted = [QuoteString(name) for name in names]
    dnf = "dnf -q -y --setopt=install_weak_deps=False install"
    return StringCommand("rpm -q --quiet", *quoted, "||", dnf, *quoted)


def _missing(wanted: list[str], found: dict[str, object]) -> list[str]:
    installed = cast("set[str]", found["installed"])
    return [name for name in wanted if name not in installed]
