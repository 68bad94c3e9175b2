"""What stands around a suite that somebody made by hand: its units and its places at the proxy.

`look`: {"venv": path, "web_port": number} -> {"units": [...], "sites": [{"path", "https"}]}.
Units are those whose commands come from the virtual environment; sites are the proxy's files that
pass requests on to the WSGI server's port.
"""

from __future__ import annotations

import glob
import json
import os
import re
import sys
from typing import Any

_UNITS = "/etc/systemd/system/*.service"
_SITES = ("/etc/nginx/sites-enabled/*", "/etc/nginx/conf.d/*.conf")


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
    paths = (path for path in glob.glob(_UNITS) if not os.path.islink(path))
    return sorted(os.path.basename(path) for path in paths if command.search(read(path)))


def sites(port: int) -> list[dict[str, Any]]:
    """The proxy's files that pass requests on to the port, and whether they serve HTTPS."""
    upstream = re.compile(rf"^\s*(?:proxy_pass|uwsgi_pass|server)\s[^;]*:{port}\b", re.MULTILINE)
    https = re.compile(r"^\s*listen\s[^;]*\b(?:443|ssl)\b", re.MULTILINE)
    paths = sorted(path for pattern in _SITES for path in glob.glob(pattern))
    return [
        {"path": path, "https": bool(https.search(read(path)))}
        for path in paths
        if upstream.search(read(path))
    ]


def look(asked: dict[str, Any]) -> dict[str, Any]:
    """Everything of it; reads only."""
    return {"units": units(asked["venv"]), "sites": sites(asked["web_port"])}


if __name__ == "__main__":
    print(json.dumps(look(json.loads(sys.argv[2]))))
