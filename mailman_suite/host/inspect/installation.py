"""What surrounds a suite that is not taken over yet: units, sites of the proxy, Postfix's maps.

`look`: {"venv": path, "proxy": as `Proxy.found` of `parts/proxy/model.py` gives it, "var": Core's
         data, "home": our directory, "postfix": path, "directories": {path: [account, ...]}}
        -> {"units": [...], "drop_ins": [path, ...], "sites": [{"path", "https"}], "maps": [...],
            "foreign": [...], "unsuited": {path: why}}.
Units are those whose commands come from the virtual environment; drop-ins what systemd adds to
these, and to any of Mailman's names, which are ours then; sites are the proxy's files that pass
requests on to the WSGI server; maps are what Postfix's configuration says of Core's data, word
for word; foreign is what of these data is on another file system than our directory; unsuited are
directories in which a window would refuse to work, such as links to another disk.
"""

from __future__ import annotations

import glob
import os
import pwd
import re
from collections.abc import Iterator
from contextlib import suppress

from mailman_suite.host.base import paths, verbs
from mailman_suite.host.wire.installation import (
    InstallationFound,
    InstallationQuestion,
    ProxySites,
    Site,
)

_UNITS = "/etc/systemd/system"


def read(path: str) -> str:
    """A file's text; undecodable bytes survive, and what is no file is empty."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as text:
            return text.read()
    except OSError:
        return ""


def units(venv: str) -> list[str]:
    """Names of the units that run something from the virtual environment."""
    command = re.compile(rf"^Exec\w+\s*=.*{re.escape(venv)}/", re.MULTILINE)
    paths = (path for path in glob.glob(f"{_UNITS}/*.service") if not os.path.islink(path))
    return sorted(os.path.basename(path) for path in paths if command.search(read(path)))


def drop_ins(names: list[str]) -> list[str]:
    """The files from which systemd takes more settings for these units and Mailman's."""
    patterns = ("mailman*.service", *map(glob.escape, names))
    return sorted({path for one in patterns for path in glob.glob(f"{_UNITS}/{one}.d/*.conf")})


def sites(proxy: ProxySites) -> list[Site]:
    """The proxy's files that pass requests on to the server, and whether they serve HTTPS."""
    names = "|".join(map(re.escape, proxy["upstreams"]))
    passes = "|".join(map(re.escape, proxy["passes"]))
    upstream = re.compile(rf"^\s*(?:{passes})\s[^;]*(?:{names})\b", re.MULTILINE)
    https = re.compile(proxy["https"], re.MULTILINE)
    paths = sorted(path for pattern in proxy["sites"] for path in glob.glob(pattern))
    return [
        {"path": path, "https": bool(https.search(read(path)))}
        for path in paths
        if upstream.search(read(path))
    ]


def maps(postfix: str, var: str) -> list[str]:
    """What Postfix's configuration names below the directory, with the type of map before it."""
    lines = [line for line in read(postfix).splitlines() if not line.lstrip().startswith("#")]
    entry = re.compile(rf"[^\s,=]*{re.escape(var)}/[^\s,]*")
    return sorted({found for line in lines for found in entry.findall(line)})


def foreign(var: str, home: str) -> list[str]:
    """The directory and what is in it and below it, as far as renames cannot bring it home."""
    while not os.path.exists(home):
        home = os.path.dirname(home)
    device = os.stat(home).st_dev
    paths = [var, *glob.glob(f"{glob.escape(var)}/*"), *glob.glob(f"{glob.escape(var)}/*/*")]
    return [
        path for path in sorted(paths) if os.path.exists(path) and os.stat(path).st_dev != device
    ]


def unsuited(directories: dict[str, list[str]]) -> dict[str, str]:
    """Why root would refuse to work in those directories that exist; none where it would.

    Each may belong to these accounts, besides root and the account that its parent belongs to.
    """
    found = {}
    for path, accounts in directories.items():
        try:
            paths.require_own(path, *_numbers(accounts))
        except paths.ForeignError:
            found[path] = _why(path)
    return found


def _numbers(accounts: list[str]) -> Iterator[int]:
    for name in accounts:
        with suppress(KeyError):  # an account that is still to be made owns nothing
            yield pwd.getpwnam(name).pw_uid


def _why(path: str) -> str:
    real = os.path.realpath(path)
    if real != path:
        return f"leads to {real}"
    if not os.path.isdir(path):
        return "is no directory"
    user = os.stat(path).st_uid
    with suppress(KeyError):
        return f"belongs to {pwd.getpwuid(user).pw_name}"
    return f"belongs to the account with the number {user}"


def look(asked: InstallationQuestion) -> InstallationFound:
    """Everything of it; reads only."""
    found = units(asked["venv"])
    return {
        "units": found,
        "drop_ins": drop_ins(found),
        "sites": sites(asked["proxy"]),
        "maps": maps(asked["postfix"], asked["var"]),
        "foreign": foreign(asked["var"], asked["home"]),
        "unsuited": unsuited(asked["directories"]),
    }


if __name__ == "__main__":
    verbs.main({"look": look})
