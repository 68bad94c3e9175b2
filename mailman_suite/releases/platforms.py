"""What differs between distributions, and nothing else.

A platform is chosen from the host's os-release file; everything that depends on a distribution's
name is an attribute here, so that steps never branch on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailman_suite.base.refusal import Refusal


@dataclass(frozen=True)
class Platform:
    """One distribution release that the suite can be installed on.

    `python` is the interpreter that releases are built with (a path). `build_packages` are only
    installed on a host that builds a release. `tested` says whether the lab runs the suite on it,
    or tests only make plans for it.
    """

    name: str
    package_tool: str
    python: str
    runtime_packages: tuple[str, ...]
    build_packages: tuple[str, ...]
    tested: bool = False


_DEBIAN_RUNTIME = (
    "python3",
    "ca-certificates",
    "sassc",
    "lynx",
    "logrotate",
)


def _debian(name: str, *, tested: bool = False) -> Platform:
    return Platform(
        name=name,
        package_tool="apt",
        python="/usr/bin/python3",
        runtime_packages=_DEBIAN_RUNTIME,
        build_packages=("python3-venv", "gettext"),
        tested=tested,
    )


def _redhat(name: str, python: str) -> Platform:
    return Platform(
        name=name,
        package_tool="dnf",
        python=f"/usr/bin/{python}",
        runtime_packages=(
            python,
            "ca-certificates",
            "sassc",
            "lynx",
            "logrotate",
        ),
        build_packages=("gettext",),
    )


PLATFORMS: Mapping[tuple[str, str], Platform] = {
    ("debian", "11"): _debian("Debian 11", tested=True),
    ("debian", "12"): _debian("Debian 12", tested=True),
    ("debian", "13"): _debian("Debian 13", tested=True),
    ("ubuntu", "22.04"): _debian("Ubuntu 22.04"),
    ("ubuntu", "24.04"): _debian("Ubuntu 24.04"),
    ("fedora", "42"): _redhat("Fedora 42", "python3.13"),
    ("fedora", "43"): _redhat("Fedora 43", "python3.13"),
    ("rhel", "9"): _redhat("RHEL 9 and its rebuilds", "python3.12"),
    ("rhel", "10"): _redhat("RHEL 10 and its rebuilds", "python3.12"),
}


def platform_of(os_release: Mapping[str, str]) -> Platform:
    """The platform that an os-release file describes.

    `os_release` holds the file's keys in lower case (`id`, `version_id`, `id_like`). Raises
    `Refusal` for a distribution release that is not in `PLATFORMS`.
    """
    family = os_release.get("id", "")
    version = os_release.get("version_id", "")
    if family not in {name for name, _ in PLATFORMS} and "rhel" in os_release.get("id_like", ""):
        family = "rhel"
    if family == "rhel":
        version = version.partition(".")[0]
    platform = PLATFORMS.get((family, version))
    if platform is None:
        found = os_release.get("pretty_name") or f"{family or 'an unknown system'} {version}"
        known = ", ".join(known.name for known in PLATFORMS.values())
        raise Refusal(
            found=f"the host runs {found.strip()}",
            expected=f"one of {known}",
            remedy="move the suite to a host with one of these, or add the platform and its "
            "packages to mailman_suite/releases/platforms.py",
        )
    return platform
