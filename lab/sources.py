"""Where machines get packages: the mirrors, proxies and indexes of this box's own apt and pip.

No package host is named here: behind a mirror, apt and pip are already configured for it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from lab.commands import LabError, run
from mailman_suite.host.build import package_index

# One line for each of Debian's archives that apt has fetched an index of, see apt-get(8).
# The label is in the archive's signed Release file, whatever the mirror is called.
_TARGETS = (
    *("apt-get", "indextargets", "--format", "$(REPO_URI) $(LABEL)"),
    *("Origin: Debian", "Component: main", "Created-By: Packages"),
)
_MAIN, _SECURITY = "Debian", "Debian-Security"
_APT_SETTING = re.compile(r'(\S+) "(.*)";')
_CARRIED_PIP_SETTINGS = ("index-url", "extra-index-url", "trusted-host", "proxy")
_LOOPBACK = re.compile(r"localhost|127\.[\d.]+|::1")


@dataclass(frozen=True)
class Mirrors:
    """Addresses of Debian's archive and of its security archive, without a trailing slash.

    `security` is empty if this box has no such source; its machines then have none either.
    """

    main: str
    security: str


@cache
def mirrors() -> Mirrors:
    """The mirrors that this box's apt uses, for all suites; LabError when machines cannot."""
    return mirrors_in(run(_TARGETS))


def mirrors_in(targets: str) -> Mirrors:
    """The first mirror of each archive in apt's answer, whose lines are `ADDRESS LABEL`."""
    found: dict[str, str] = {}
    for line in targets.splitlines():
        address, _, label = line.partition(" ")
        found.setdefault(label, address.rstrip("/"))
    if _MAIN not in found:
        raise LabError(
            "found no index of Debian's archive in apt here, expected one of its component main; "
            "add your Debian mirror below /etc/apt/sources.list.d/ and run `apt-get update`"
        )
    used = Mirrors(found[_MAIN], found.get(_SECURITY, ""))
    for address in filter(None, (used.main, used.security)):
        _require_reachable("apt's mirror", address)
    return used


def apt_sources(suite: str, used: Mirrors) -> str:
    """Content of a machine's sources.list."""
    lines = [f"deb {used.main} {suite} main", f"deb {used.main} {suite}-updates main"]
    lines += [f"deb {used.security} {suite}-security main"] if used.security else []
    return "".join(f"{line}\n" for line in lines)


def apt_settings() -> str:
    """Lines of apt.conf that name this box's proxies and date checks."""
    return apt_settings_in(run(["apt-config", "dump"]))


def apt_settings_in(dump: str) -> str:
    """The lines of `apt-config dump` that machines need too; LabError for a proxy out of reach."""
    lines = [line for line in dump.splitlines() if _is_carried(line)]
    for name, value in _settings(lines).items():
        if "://" in value:
            _require_reachable(name, value)
    return "".join(f"{line}\n" for line in sorted(lines))


def proxy_environment(settings: str) -> dict[str, str]:
    """Variables for debootstrap, whose wget does not read these settings of apt."""
    values = {name.lower(): value for name, value in _settings(settings.splitlines()).items()}
    http = values.get("acquire::http::proxy", "")
    https = values.get("acquire::https::proxy", http)
    proxies = {"http_proxy": http, "https_proxy": https}
    return {name: value for name, value in proxies.items() if "://" in value}


@cache
def pip_settings() -> Mapping[str, str]:
    """Settings of pip.conf that name this box's indexes: name to value."""
    listed = run([sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"])
    return pip_settings_in(listed)


def pip_settings_in(listed: str) -> dict[str, str]:
    """The settings in `pip config list` that machines need too; LabError for one out of reach.

    A further index that machines cannot reach, such as a directory, is left out.
    """
    values = package_index.pip_settings(listed)
    settings = {name: values[name] for name in _CARRIED_PIP_SETTINGS if name in values}
    for name in {"index-url", "proxy"} & settings.keys():
        _require_reachable(f"pip's {name}", settings[name])
    further = settings.pop("extra-index-url", "").split()
    reachable = [address for address in further if _is_reachable(address)]
    return {**settings, **({"extra-index-url": " ".join(reachable)} if reachable else {})}


def _is_carried(line: str) -> bool:
    # A program that finds the proxy is this box's; machines do not have it.
    is_proxy = "::proxy" in line.lower() and "detect" not in line.lower()
    return is_proxy or "acquire::check-" in line.lower()


def _settings(lines: list[str]) -> dict[str, str]:
    matches = (_APT_SETTING.fullmatch(line) for line in lines)
    return {match[1]: match[2] for match in matches if match}


def _is_reachable(address: str) -> bool:
    parts = urlsplit(address)
    is_network = parts.scheme in ("http", "https") and bool(parts.hostname)
    return is_network and not _LOOPBACK.fullmatch(parts.hostname or "")


def _require_reachable(what: str, address: str) -> None:
    if not _is_reachable(address):
        # The address may hold a password.
        parts = urlsplit(address)
        raise LabError(
            f"found {what} at {parts.scheme}://{parts.hostname or parts.path}, expected an "
            "http(s) address that this box's machines reach too; give it a name or address "
            "other than loopback"
        )
