"""The releases that can run: what each holds, which Python it takes, and what identifies a build.

Version comparisons live here (and in the gates), nowhere else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from mailman_suite.base.refusal import Refusal
from mailman_suite.base.repository import HOST_PROGRAMS, ROOT

Python = tuple[int, int]

# Raise this when what the builder makes of the same inputs would run differently: every host builds
# again, and changes to that in a window.
_BUILD = 2
# Installs the releases, and is in none: a newer one rebuilds nobody's host.
INSTALLER_LOCK = ROOT / "releases" / "installer.lock"
_BUILDERS = (
    "base/account.py",
    "base/files.py",
    "base/paths.py",
    "base/release_tree.py",
    "base/trees.py",
    "build/assets.py",
    "build/heads.py",
    "build/installer.py",
    "build/package_index.py",
    "build/patch_wheel.py",
    "build/release.py",
    "build/unpack.py",
    "build/wheels.py",
)


@dataclass(frozen=True)
class Release:
    """One locked, tested set of package versions, named by Core's version."""

    name: str
    django: str  # the series, for people
    pythons: tuple[Python, ...]  # supported, oldest first
    packages: tuple[tuple[str, str], ...]  # the seven of the suite, as installed
    tells_systemd: bool = False  # whether Core says when its runners are started (Type=notify)
    built_by_pip: tuple[str, ...] = ()  # whose archives uv does not unpack
    wakes_worker: bool = False  # whether a stop ends the pauses of the web's worker

    @property
    def core(self) -> str:
        """Upstream's version of Core, without our local part."""
        return dict(self.packages)["mailman"].split("+")[0]

    @property
    def directory(self) -> Path:
        """Where the release's locks, patches and notes are."""
        return ROOT / "releases" / self.name

    @property
    def python_range(self) -> str:
        """The supported versions in words: `3.10 to 3.13`."""
        return f"{_text(self.pythons[0])} to {_text(self.pythons[-1])}"

    @property
    def sqlite_options(self) -> dict[str, object]:
        """Django's options for a small site on SQLite.

        From Django 5.1 on a transaction can ask for its write lock at once, which ends the
        "database is locked" errors of background tasks.
        """
        immediate = tuple(map(int, self.django.split("."))) >= (5, 1)
        return {"timeout": 30, **({"transaction_mode": "IMMEDIATE"} if immediate else {})}

    @property
    def job_periods(self) -> tuple[str, ...]:
        """The periods in which HyperKitty 1.3 and django-extensions have jobs.

        Weekly has none today but costs nothing; minutely and quarter_hourly would start Django in
        vain every few minutes.
        """
        return ("hourly", "daily", "weekly", "monthly", "yearly")

    def supports_python(self, python: Python) -> bool:
        """Whether there is a tested lock for this (major, minor)."""
        return tuple(python[:2]) in self.pythons

    def require_python(self, python: Python) -> None:
        """Refuse an interpreter that the release has no lock for, and say what to do."""
        if not self.supports_python(python):
            raise Refusal(
                found=f"Python {_text(python)}",
                expected=f"Python {self.python_range} for release {self.name}",
                remedy=_instead(python),
            )

    def lock_for(self, python: Python) -> Path:
        """The hashed lock for a (major, minor); Refusal when out of range."""
        self.require_python(python)
        return self.directory / f"python{_text(python)}.lock"

    def patches(self) -> tuple[Path, ...]:
        """Our patches to upstream's wheels; empty for a release that is purely upstream's."""
        return tuple(sorted(self.directory.glob("patches/*.patch")))

    def build_inputs(self, python: Python) -> dict[str, Path]:
        """Every file that a build on a host needs, by its path below the input directory."""
        inputs = {
            "packages.lock": self.lock_for(python),
            "build.lock": self.directory / "build.lock",
            "installer.lock": INSTALLER_LOCK,
        }
        if self.patches():
            inputs["upstream.lock"] = self.directory / "upstream.lock"
        inputs.update({f"patches/{patch.name}": patch for patch in self.patches()})
        return {**inputs, **_programs(*_BUILDERS)}

    def identifier(self, python: Python) -> str:
        """The name of the release directory: it changes whenever what would be built changes.

        The builder's own text does not count, nor does what installs for it, so that a comment
        there rebuilds nobody's host.
        """
        digest = hashlib.sha256(f"build {_BUILD}\n".encode())
        builders = {"installer.lock", *_programs(*_BUILDERS)}
        for path, source in sorted(self.build_inputs(python).items()):
            if path in builders:
                continue
            body = source.read_bytes()
            digest.update(f"{path} {len(body)}\n".encode() + body)
        return f"{self.name}-py{_text(python)}-{digest.hexdigest()[:12]}"


def _programs(*names: str) -> dict[str, Path]:
    return {f"mailman_suite/host/{name}": HOST_PROGRAMS / name for name in names}


def _text(python: Python) -> str:
    return ".".join(map(str, python[:2]))


_SUITE_OF_3_3_9 = (
    ("mailman", "3.3.9"),
    ("postorius", "1.3.10"),
    ("hyperkitty", "1.3.8"),
    ("django-mailman3", "1.3.11"),
    ("mailman-web", "0.0.8"),
    ("mailman-hyperkitty", "1.2.1"),
    ("mailmanclient", "3.3.5"),
)


def _suite_of_3_3_10(
    local: str = "", *, core: str | None = None, web: str | None = None
) -> tuple[tuple[str, str], ...]:
    """The seven, with the local version of our patches; some have another one."""
    return (
        ("mailman", f"3.3.10{core or local}"),
        ("postorius", f"1.3.13{local}"),
        ("hyperkitty", f"1.3.12{local}"),
        ("django-mailman3", f"1.3.15{local}"),
        ("mailman-web", f"0.0.9{web or local}"),
        ("mailman-hyperkitty", "1.2.1"),
        ("mailmanclient", "3.3.5"),
    )


_FROM_3_10_TO_3_13: tuple[Python, ...] = ((3, 10), (3, 11), (3, 12), (3, 13))
RELEASES: dict[str, Release] = {
    release.name: release
    for release in (
        Release(
            "3.3.9",
            "4.1",
            ((3, 9), (3, 10), (3, 11)),
            _SUITE_OF_3_3_9,
            built_by_pip=("mailman",),  # templates with colons in their names
        ),
        Release("3.3.10", "4.2", ((3, 9), (3, 10), (3, 11), (3, 12)), _suite_of_3_3_10()),
        Release(
            "3.3.10+django52",
            "5.2",
            _FROM_3_10_TO_3_13,
            _suite_of_3_3_10("+suite.1"),
        ),
        Release(
            "3.3.10+forked",
            "5.2",
            _FROM_3_10_TO_3_13,
            _suite_of_3_3_10("+suite.1", core="+suite.2", web="+suite.2"),
            tells_systemd=True,
            wakes_worker=True,
        ),
    )
}
DEFAULT = "3.3.10+forked"


def release_named(name: str) -> Release:
    """The release of that name; Refusal naming the known ones otherwise."""
    try:
        return RELEASES[name]
    except KeyError:
        known = ", ".join(RELEASES)
        raise Refusal(
            found=f"release {name!r}",
            expected=f"one of {known}",
            remedy=f'set mailman_release to one of them ("{DEFAULT}" is the default)',
        ) from None


def release_of_identifier(identifier: str) -> Release | None:
    """The release that a release directory's name belongs to; None for an unknown one."""
    return RELEASES.get(identifier.rsplit("-py", 1)[0])


def replacements(release: Release) -> tuple[Release, ...]:
    """The releases of a newer Core, once one of them takes each of this release's Pythons."""
    core = Version(release.core)
    newer = [one for one in RELEASES.values() if Version(one.core) > core]
    replaced = any(set(release.pythons) <= set(one.pythons) for one in newer)
    return tuple(newer) if replaced else ()


def _instead(python: Python) -> str:
    fitting = [
        release
        for release in RELEASES.values()
        if release.supports_python(python) and not replacements(release)
    ]
    if not fitting:
        return "use an operating system whose Python is in that range"
    names = " or ".join(f'mailman_release = "{release.name}"' for release in fitting)
    return f"set {names} for this host, which supports Python {_text(python)}"
