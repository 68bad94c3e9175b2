"""Data that stresses an upgrade, put into a suite of any Core from 3.2.0 on, whoever installed it.

`fill(machine)` once; `check(machine)` says what is not there. Everything goes through what that
suite itself has: REST, LMTP, HyperKitty's import, its own interpreter.
"""

from __future__ import annotations

import mailbox
import shlex
import tempfile
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from lab.machines import Machine
from tests.lab import invariant_look
from tests.lab.suites import READER, eventually

SEEDS = Path(__file__).parent / "seeds"
VENV = "/opt/mailman/venv/bin"
THREADS, REPLIES = 8, 3
WORKED_OFF = ("in", "pipeline", "out", "archive", "virgin", "command", "digest", "retry", "bounces")
WAITING_BOUNCES = 12  # in a Core that does not count them yet; later ones work them off
# What `invariant_look.look` counts at least after `fill`.
LEAST = {
    "domains": 1,
    "domain owners": 1,
    "mailing lists": 3,
    "list aliases": 2,
    "header matches": 3,
    "members": 30,
    "addresses": 28,
    "users": 20,
    "preferences": 60,
    "bans": 4,
    "held requests": 4,
    "pending tokens": 7,
    "workflow states": 6,
    "automatic responses": 1,
    "templates": 1,
    "stored messages": 4,
    "web users": 4,
    "web users' addresses": 8,
    "web profiles": 4,
    "web templates": 1,
    "archived lists": 2,
    "archived messages": THREADS * (1 + REPLIES) + 4,
    "archived attachments": THREADS + 1,
    "archived threads": THREADS + 2,
    "votes": 4,
    "tags": 1,
    "tagged threads": 4,
    "favourites": 4,
    "categories": 1,
    "queue files (shunt)": 3,
    "queue files (held-back)": 3,
    "files of lists": 1,
    "template files": 1,
    "stored message files": 4,
}


def fill(machine: Machine) -> None:
    """Everything of LEAST is there and Core is at rest; CalledProcessError if a part refuses."""
    machine.run(f"id {READER} 2>/dev/null || useradd --create-home {READER}")
    local = _own_domain(machine)
    lists = (SEEDS / "lists.py").read_text()
    domain = machine.run(f"python3 - {local}", stdin=lists).stdout.split()[-1]
    eventually(lambda: is_at_rest(machine), "Core has worked off the seeded posts", 120)
    _import_archive(machine, domain)
    _as_suite(machine, "people.py", domain, local, shell=True)
    _as_suite(machine, "files.py", domain, local)
    index = f"update_index_one_list announce@{domain}"
    machine.run(f"cd / && runuser -u mailman -- {VENV}/mailman-web {index}")


def check(machine: Machine) -> list[str]:
    """What of LEAST is missing, a sentence each."""
    found = invariant_look.look(machine)
    counts_bounces = "members' bounce scores" in found
    wanted = {**LEAST, "bounce events": 0 if counts_bounces else WAITING_BOUNCES}
    counts = {name: found.get(name, {"count": 0})["count"] for name in wanted}
    return [
        f"{name}: {counts[name]} found, {least} expected at least"
        for name, least in wanted.items()
        if counts[name] < least
    ]


def _own_domain(machine: Machine) -> str:
    """A domain that the MTA delivers to local accounts; with a dot, since Core insists on one."""
    words = machine.run("postconf -hx mydestination").stdout.replace(",", " ").split()
    # `localhost.DOMAIN` stays what it is when a clone gets another name.
    found = sorted((w for w in words if "." in w), key=lambda w: not w.startswith("localhost."))
    assert found, f"{machine.name} delivers {words} itself, nothing with a dot"
    return found[0]


def is_at_rest(machine: Machine) -> bool:
    """Whether no message is on its way through Core."""
    folders = " ".join(f"/opt/mailman/mm/var/queue/{name}" for name in WORKED_OFF)
    spool = "/opt/mailman/mm/var/archives/hyperkitty/spool"
    found = machine.run(f"find {folders} {spool} -type f 2>/dev/null | head -1", check=False)
    return not found.stdout.strip()


def _import_archive(machine: Machine, domain: str) -> None:
    """An mbox of old threads with attachments is in the archive of `announce`."""
    place = "/var/tmp/seed.mbox"
    machine.run(f"install -m 644 /dev/stdin {place}", stdin=_mbox(f"announce@{domain}"))
    command = f"hyperkitty_import -l announce@{domain} --since 2001-01-01 {place}"
    # Old suites give up when another process holds an SQLite database, so the web side rests.
    running = "systemctl list-units --plain --no-legend --state=active 'mailmanweb*.service'"
    units = " ".join(line.split()[0] for line in machine.run(running).stdout.splitlines())
    machine.run(f"systemctl stop {units}")
    machine.run(f"cd / && runuser -u mailman -- {VENV}/mailman-web {command}")
    machine.run(f"systemctl start {units}")


def _mbox(recipient: str) -> str:
    """Threads as an mbox; the same at every call."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mbox"
        box = mailbox.mbox(path)
        for thread in range(THREADS):
            for reply in range(1 + REPLIES):
                box.add(_old_message(recipient, thread, reply).as_string(unixfrom=False))
        box.close()
        return path.read_text(encoding="ascii")


def _old_message(recipient: str, thread: int, reply: int) -> EmailMessage:
    message = EmailMessage()
    when = datetime(2021, 3, 1, 8, tzinfo=timezone.utc) + timedelta(days=thread, hours=reply)
    subject = f"Faden {thread}: Überlegungen · 議論"
    message["From"] = f"Renée {reply} <renee{reply}@example.net>"
    message["To"], message["Date"] = recipient, format_datetime(when)
    message["Subject"] = f"Re: {subject}" if reply else subject
    message["Message-ID"] = f"<thread{thread}.{reply}@seed.example>"
    if reply:
        message["In-Reply-To"] = f"<thread{thread}.{reply - 1}@seed.example>"
    text = f"Grüße zum {thread}. Faden, Antwort {reply}.\n" * 10
    message.set_content(text, cte="quoted-printable")
    if not reply:
        content = bytes(range(256)) * (thread + 1)
        message.add_attachment(content, "image", "png", filename=f"Bild-{thread}-größe.png")
    return message


def _as_suite(
    machine: Machine, program: str, domain: str, local: str, *, shell: bool = False
) -> None:
    """The program ran as the suite's account, in its virtual environment or in Django's shell."""
    place = f"/var/tmp/{program}"
    machine.run(f"install -m 644 /dev/stdin {place}", stdin=(SEEDS / program).read_text())
    words = [f"{VENV}/python", place, domain, local]
    if shell:
        given = {"DOMAIN": domain, "LOCAL": local}
        code = f"exec(compile(open({place!r}).read(), {place!r}, 'exec'), {given!r})"
        words = [f"{VENV}/mailman-web", "shell", "-c", code]
    machine.run(f"cd / && runuser -u mailman -- {shlex.join(words)}")
