"""Asks a host of the lab for its invariants, whoever installed the suite on it."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

from lab import access
from lab.machines import Machine

REPOSITORY = Path(__file__).parents[2]
TREE = "/root/invariants"
SECRETS = "/root/invariants-secrets"
VENV = "/opt/mailman/venv/bin"
# Runs on the host with the suite's interpreter: where both databases are, by its own files.
_DATABASES = """
import configparser, json, os, sys, urllib.parse
sys.path.append("/etc/mailman3")
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
from django.conf import settings
config = configparser.ConfigParser(interpolation=None, strict=False)
config.read("/etc/mailman3/mailman.cfg", encoding="utf-8")
url = urllib.parse.urlsplit(config["database"]["url"])
web = settings.DATABASES["default"]
def place(name, engine, path, host, port, database, user, password):
    if "sqlite" in engine:
        return {"engine": "sqlite", "path": str(path)}
    with open(os.path.join(sys.argv[1], name), "w") as secret:
        secret.write(password)
    return {"engine": "postgresql", "host": host, "port": int(port or 5432), "name": database,
            "user": user, "secret": name}
password = urllib.parse.unquote(url.password or "")
core = place("core", url.scheme, "/" + url.path.lstrip("/"), url.hostname, url.port,
             url.path.strip("/"), url.username, password)
web = place("web", web["ENGINE"], web["NAME"], web.get("HOST"), web.get("PORT"), web["NAME"],
            web.get("USER"), web.get("PASSWORD"))
print(json.dumps({"core": core, "web": web, "secrets": sys.argv[1]}))
"""


def look(machine: Machine, var: str = "/opt/mailman/mm/var") -> dict[str, Any]:
    """Every invariant of the host, read by the interpreter of the release that it runs now."""
    ship(machine)
    return ask(machine, databases(machine), var)


def ask(
    machine: Machine, databases: dict[str, Any], var: str = "/opt/mailman/mm/var"
) -> dict[str, Any]:
    """The same of a host that has the programs, and whose databases are known."""
    question = json.dumps({"databases": databases, "var": var})
    words = f"{program(f'{VENV}/python', 'state.invariants')} look {shlex.quote(question)}"
    found: dict[str, Any] = json.loads(machine.run(words).stdout)
    return found


def program(python: str, name: str) -> str:
    """The words that run one of the shipped programs, and leave no cache beside it."""
    return f"PYTHONPATH={TREE} {python} -s -B -m mailman_suite.host.{name}"


def ship(machine: Machine) -> None:
    """The programs are on the host, as the window's are."""
    files = ["mailman_suite/__init__.py", "mailman_suite/host"]
    words = ["tar", "-c", "-C", str(REPOSITORY), "--exclude=__pycache__", *files]
    tree = subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout
    unpack = f"mkdir -p {TREE} && tar -x -C {TREE}"
    subprocess.run([*access.ssh(machine.name, "-T"), "--", unpack], input=tree, check=True)


def databases(machine: Machine) -> dict[str, Any]:
    """What `mailman_suite.parts.database.connections.connections` would say of this host."""
    machine.run(f"install -d -m 700 {SECRETS}")
    said = machine.run(f"{VENV}/python -B -c {shlex.quote(_DATABASES)} {SECRETS}").stdout
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found
