"""Everything that can be refused is refused here, before the first change.

Pure: `refusals` compares what was declared with what `host/inspect/host.py` saw.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.gates import release as gates_release
from mailman_suite.host.wire.inspection import Inspection
from mailman_suite.preflight import databases, packages, ports, rehearsal, roles, traces, window
from mailman_suite.releases.catalogue import Release
from mailman_suite.releases.platforms import Platform
from mailman_suite.runs import busy
from mailman_suite.settings import Settings

GIB = 1024**3
# A build takes 0.5 GiB with its wheels for a while, the distribution's packages 0.4 GiB.
INSTALL_BYTES = 2 * GIB
# An idle suite takes about 0.5 GiB, with releases that do not fork their runners 1.2; a message
# takes several times its size. Of 1 GiB the kernel keeps a part, and counts the rest.
MEMORY_BYTES = 15 * GIB // 16
_NO_OTHER_SUITE = "a host without Mailman 3, or one that this repository installed"


def refusals(
    settings: Settings, platform: Platform, release: Release, look: Inspection
) -> list[Refusal]:
    """Every reason not to touch this host; empty when the run may continue."""
    if not look["root"]:
        return list(_system(look))  # the rest was looked at with eyes that do not see all
    if not settings.runs_release:
        return _without_release(settings, platform, release, look)
    return [
        *_system(look),
        *_interpreter(settings, platform, release, look),
        *_existing_suite(settings, platform, look),
        *traces.foreign(look),
        *_new_suite(settings, release, look),
        *rehearsal.misplaced(settings, look),
        *busy.busy(settings, look),
        *window.unfinished(look),
        *window.unfinished_backup(look),
        *_unread_window(settings, platform, release, look),
        *databases.elsewhere(settings, look),
        *databases.one_role(settings, look),
        *_room(look),
        *ports.taken(settings, look),
        *roles.foreign(settings, look),
        *_files(look),
        *_lost(look),
    ]


def _without_release(
    settings: Settings, platform: Platform, release: Release, look: Inspection
) -> list[Refusal]:
    """As `refusals`, on a host whose role needs no code of ours."""
    return [
        *_system(look),
        *_interpreter(settings, platform, release, look),
        *roles.foreign(settings, look),
        *traces.foreign(look),
        *busy.busy(settings, look),
        *databases.one_role(settings, look),
        *ports.taken(settings, look),
        *_lost(look),
    ]


def python_of(
    settings: Settings, platform: Platform, look: Inspection
) -> tuple[str, tuple[int, int] | None]:
    """The interpreter that releases are built with: its path and (major, minor), if known.

    Of an interpreter that the platform's packages will install, only the name is known.
    """
    path = settings.python or platform.python
    version = look["interpreters"].get(path)
    if version:
        return path, (version[0], version[1])
    named = path.rpartition("python")[2].split(".")
    if not settings.python and len(named) == 2:
        return path, (int(named[0]), int(named[1]))
    return path, None


def _system(look: Inspection) -> Iterator[Refusal]:
    if not look["root"]:
        yield Refusal(
            found="commands on the host do not run as root",
            expected="root, which may change units, packages and accounts",
            remedy="log in as root, or set _sudo = True in group_data for an account with sudo",
        )
    if not look["systemd"]:
        yield Refusal(
            found="the host was not booted with systemd",
            expected="a host, virtual machine or system container with systemd as PID 1",
            remedy="application containers are upstream's docker-mailman; use a whole machine here",
        )


def _interpreter(
    settings: Settings, platform: Platform, release: Release, look: Inspection
) -> Iterator[Refusal]:
    path, version = python_of(settings, platform, look)
    if version is None:
        yield Refusal(
            found=f"no working interpreter at {path}",
            expected=f"the Python of {platform.name}",
            remedy="install it, or correct mailman_python",
        )
        return
    try:
        release.require_python(version)
    except Refusal as refusal:
        yield refusal


def _existing_suite(settings: Settings, platform: Platform, look: Inspection) -> Iterator[Refusal]:
    its = look["suite"]
    if its["kind"] == "packages":
        yield from packages.refusals(settings, platform, look)
    elif its["kind"] == "containers":
        yield Refusal(
            found=f"Mailman in containers: {', '.join(its['containers'])}",
            expected=_NO_OTHER_SUITE,
            remedy="upgrade the images as their release notes say (upgrade guide, 'Docker "
            "images'), or use another host",
        )


def _new_suite(settings: Settings, release: Release, look: Inspection) -> Iterator[Refusal]:
    if look["suite"]["kind"] == "none":
        yield from gates_release.for_a_new_suite(settings, release)


def _changes_release(
    settings: Settings, platform: Platform, release: Release, look: Inspection
) -> bool:
    """Whether something else runs than the declared release."""
    if look["suite"]["kind"] in ("guide", "packages"):
        return True
    _, version = python_of(settings, platform, look)
    if version is None or not release.supports_python(version):
        return False  # refused for that
    return look["suite"]["release"] not in ("", release.identifier(version))


def _unread_window(
    settings: Settings, platform: Platform, release: Release, look: Inspection
) -> Iterator[Refusal]:
    """How the last window ended stops another change of release, and nothing else."""
    if _changes_release(settings, platform, release, look):
        yield from window.unread(settings, look)


def _room(look: Inspection) -> Iterator[Refusal]:
    installed = look["suite"]["kind"] == "ours"
    needed = INSTALL_BYTES // 4 if installed else INSTALL_BYTES
    if look["free_bytes"] < needed:
        yield Refusal(
            found=f"{look['free_bytes'] / GIB:.1f} GiB free under {layout.HOME}",
            expected=f"at least {needed / GIB:.1f} GiB",
            remedy="free some space, or mount a larger file system there",
        )
    if look["memory_bytes"] < MEMORY_BYTES:
        yield Refusal(
            found=f"{look['memory_bytes'] / GIB:.1f} GiB of memory",
            expected="at least 1 GiB, better 2: large messages take several times their size",
            remedy="give the host more memory",
        )


def _files(look: Inspection) -> Iterator[Refusal]:
    for path in look["missing_files"]:
        yield Refusal(
            found=f"no file {path} on the host",
            expected="the TLS certificate and key that the settings name",
            remedy="put it there, or correct mailman_tls_certificate and mailman_tls_key",
        )


def _lost(look: Inspection) -> Iterator[Refusal]:
    """A new one would be without what it said of the host's other mail."""
    for path in look["lost_configurations"]:
        name = path.rpartition("/")[2]
        yield Refusal(
            found=f"no file {path} on the host, although its package is installed",
            expected="the host's own file, of which a run changes a few parameters",
            remedy="restore it from a backup, or from a copy that a run kept (ls -t "
            f"{layout.COPIES}/{name}.*); where the host has no other mail, let the package make a "
            "new one (dpkg-reconfigure postfix, or dnf reinstall postfix)",
        )
