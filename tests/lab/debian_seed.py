"""The data of `seed.py` in a suite of Debian's packages, through what that suite itself has."""

from __future__ import annotations

import json
import shlex
from typing import Any

from lab.machines import Machine
from tests.lab import invariant_look, seed
from tests.lab.suites import READER, eventually

VAR = "/var/lib/mailman3"
_CORE = "cd / && runuser -u list -- python3"
_WEB = "cd / && runuser -u www-data -- python3 /usr/share/mailman3-web/manage.py"
DATABASES = {
    "core": {"engine": "sqlite", "path": f"{VAR}/data/mailman.db"},
    "web": {"engine": "sqlite", "path": f"{VAR}/web/mailman3web.db"},
    "secrets": invariant_look.SECRETS,
}


def fill(machine: Machine) -> None:
    """Everything of `seed.LEAST` is there, and Core is at rest."""
    machine.run(f"id {READER} 2>/dev/null || useradd --create-home {READER}")
    local = seed._own_domain(machine)
    lists = (seed.SEEDS / "lists.py").read_text()
    domain = machine.run(f"python3 - {local}", stdin=lists).stdout.split()[-1]
    eventually(lambda: is_at_rest(machine), "Core has worked off the seeded posts", 120)
    machine.run("systemctl stop mailman3-web")
    mbox = _sent(machine, "seed.mbox", seed._mbox(f"announce@{domain}"))
    machine.run(f"{_WEB} hyperkitty_import -l announce@{domain} --since 2001-01-01 {mbox}")
    people = _sent(machine, "people.py", (seed.SEEDS / "people.py").read_text())
    given = {"DOMAIN": domain, "LOCAL": local}
    code = f"exec(compile(open({people!r}).read(), {people!r}, 'exec'), {given!r})"
    machine.run(f"{_WEB} shell -c {shlex.quote(code)}")
    machine.run(f"{_WEB} update_index_one_list announce@{domain}")
    machine.run("systemctl start mailman3-web")
    files = _sent(machine, "files.py", (seed.SEEDS / "files.py").read_text())
    machine.run(f"{_CORE} {files} {domain} {local}")
    warned = (seed.SEEDS.parent / "guide_made" / "warned.py").read_text()
    machine.run(f"{_CORE} {_sent(machine, 'warned.py', warned)}")
    eventually(lambda: is_at_rest(machine), "Core has worked off all of it", 120)


def is_at_rest(machine: Machine) -> bool:
    """Whether no message is on its way through Core."""
    folders = " ".join(f"{VAR}/queue/{name}" for name in seed.WORKED_OFF)
    spool = f"{VAR}/archives/hyperkitty/spool"
    found = machine.run(f"find {folders} {spool} -type f 2>/dev/null | head -1", check=False)
    return not found.stdout.strip()


def look(machine: Machine) -> dict[str, Any]:
    """Every invariant of the host, read by Debian's own interpreter."""
    invariant_look.ship(machine)
    question = shlex.quote(json.dumps({"databases": DATABASES, "var": VAR}))
    words = f"{invariant_look.program('python3', 'state.invariants')} look {question}"
    found: dict[str, Any] = json.loads(machine.run(words).stdout)
    return found


def _sent(machine: Machine, name: str, text: str) -> str:
    place = f"/var/tmp/{name}"
    machine.run(f"install -m 644 /dev/stdin {place}", stdin=text)
    return place
