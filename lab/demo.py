"""The main job in one command: a bare Debian machine, a suite on it, one message through it.

`python -m lab.demo up|down`, called by `make demo` and `make demo-down`.
"""

from __future__ import annotations

import base64
import hashlib
import re
import smtplib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import TypeVar

import lab
from lab import hours, machines
from lab.commands import LabError
from lab.machines import Machine

NAME = "demo"
READER = f"reader@{NAME}.lab.test"
LIST = f"hello@lists.{NAME}.lab.test"
LOG = Path(".cache/demo.log")
ANOTHER_WAY = (
    "To install a real server instead, run `pyinfra @local deploys/mailman.py` there as root, or "
    "use an inventory with that host: docs/runbooks/first-install.md."
)
_PATIENCE_SECONDS = 120
# A part of a long step, such as `[2/9   3.6 s] The locked build tools`.
_PART = re.compile(r"\[(\d+/\d+) +[\d.]+ s\] (.*\S)")
T = TypeVar("T")


class DemoError(Exception):
    """The demo cannot continue; the text says where and what to do."""


class Clock:
    """Announces what is being done, with the seconds since the start, and sums them up."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self.taken: list[tuple[str, float]] = []

    def step(self, what: str, work: Callable[[], T]) -> T:
        """The result of the work, announced before and timed after."""
        self.say(what)
        begun = time.monotonic()
        result = work()
        self.taken.append((what, time.monotonic() - begun))
        return result

    def say(self, what: str) -> None:
        """One line with the seconds since the start."""
        print(f"[{time.monotonic() - self._start:5.0f} s] {what}", flush=True)


def up() -> None:
    """Boots the machine, installs the suite, sends a message, and says where everything is."""
    reason = lab.why_not()
    if reason:
        raise DemoError(f"{reason[:1].upper()}{reason[1:]}. {ANOTHER_WAY}")
    clock = Clock()
    machine = clock.step("A bare Debian 12 machine (its image takes a minute once)", _machine)
    clock.step("The suite is installed and verified", lambda: install(clock))
    clock.step("A reader subscribes", lambda: subscribe(machine))
    message_id = clock.step(f"The reader posts to {LIST} by SMTP", lambda: post(machine))
    clock.step(
        "The post reaches the reader's mailbox", lambda: wait_for_mailbox(machine, message_id)
    )
    place = archive_path(message_id)
    clock.step("... and the archive's page", lambda: wait_for_page(machine, place))
    print(farewell(machine, place, clock))


def _machine() -> Machine:
    """The machine, with the timers of a server: somebody may keep it for days."""
    machine = machines.up(NAME)
    machine.run(f"rm -f /{hours.TIMERS} && systemctl daemon-reload")
    return machine


def install(clock: Clock) -> None:
    """Runs the same command as for a production host, showing each operation as it begins."""
    LOG.parent.mkdir(exist_ok=True)
    command = [
        sys.executable, "-m", "pyinfra", "-y", "inventories/lab.py", "--limit", NAME,
        "deploys/mailman.py",
    ]  # fmt: skip
    with (
        LOG.open("w") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as run,
    ):
        assert run.stdout is not None
        for line in run.stdout:
            log.write(line)
            if begins := re.match(r"--> Starting operation: (.*)", line):
                clock.say(f"    {begins[1].strip()}")
            elif part := _PART.search(line):
                clock.say(f"        {part[1]}  {part[2]}")
    if run.returncode:
        end = "".join(LOG.read_text().splitlines(keepends=True)[-25:])
        raise DemoError(f"The run failed; the end of {LOG}:\n{end}")


def subscribe(machine: Machine) -> None:
    """The reader has an account with a mailbox on the machine, and is a member of the list."""
    machine.run("id -u reader >/dev/null 2>&1 || useradd --create-home reader")
    machine.run(f"mailman addmembers --no-welcome-msg - {LIST}", stdin=f"{READER}\n")


def post(machine: Machine) -> str:
    """The Message-ID of a post that Postfix accepted from outside."""
    message = EmailMessage()
    message["From"], message["To"] = READER, LIST
    message["Subject"] = "It works"
    message["Message-ID"] = make_msgid(domain=f"{NAME}.lab.test")
    message.set_content("Posted by SMTP, delivered by Mailman, kept by HyperKitty.\n")
    with smtplib.SMTP(machine.address, 25, timeout=30) as smtp:
        smtp.send_message(message)
    return str(message["Message-ID"])


def archive_path(message_id: str) -> str:
    """Where HyperKitty shows a message: its address is a hash of the Message-ID."""
    digest = hashlib.sha1(message_id.strip("<>").encode()).digest()
    return f"/archives/list/{LIST}/message/{base64.b32encode(digest).decode()}/"


def wait_for_mailbox(machine: Machine, message_id: str) -> None:
    """Returns when the message is in the reader's mailbox."""
    found = f"grep -qsF '{message_id}' /var/mail/reader"
    _wait(lambda: machine.run(found, check=False).returncode == 0, "in /var/mail/reader")


def wait_for_page(machine: Machine, path: str) -> None:
    """Returns when the archive shows the message."""

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://{machine.address}{path}", timeout=30) as page:
                return b"It works" in page.read()
        except OSError:
            return False

    _wait(answers, f"at http://{machine.address}{path}")


def _wait(is_there: Callable[[], bool], where: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not is_there():
        if time.monotonic() > deadline:
            raise DemoError(
                f"The post was not {where} after {_PATIENCE_SECONDS} s; open a shell with "
                f"`.venv/bin/python -m lab shell {NAME}` and read /opt/mailman/mm/var/logs"
            )
        time.sleep(0.5)


def farewell(machine: Machine, path: str, clock: Clock) -> str:
    """What a person wants to know next."""
    shell = f".venv/bin/python -m lab shell {NAME}"
    times = "\n".join(f"  {seconds:6.1f} s  {what}" for what, seconds in clock.taken)
    return f"""
A Mailman suite runs on the lab machine "{NAME}".

  Web pages      http://{machine.address}/
  by SSH tunnel  ssh -L 8080:{machine.address}:80 THIS-COMPUTER, then http://localhost:8080/
  Log in as      admin, with the password that this command prints:
                 {shell} cat /etc/mailman3/secrets/superuser_password
  The list       http://{machine.address}/mailman3/lists/{LIST.replace("@", ".")}/
  The post       http://{machine.address}{path}
  The mailbox    {shell} cat /var/mail/reader
  A shell        {shell}
  Run it again   .venv/bin/pyinfra inventories/lab.py --limit {NAME} deploys/mailman.py
  Remove it      make demo-down

Durations:
{times}
"""


def main(words: list[str]) -> int:
    """Exit status: 0 done, 1 not possible (the sentence on standard error says why)."""
    try:
        if words == ["up"]:
            up()
        elif words == ["down"]:
            machines.down(NAME)
        else:
            raise DemoError("usage: python -m lab.demo up|down")
    except (DemoError, LabError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
