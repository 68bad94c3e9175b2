"""A running suite on a machine of the lab, asked as its users and its administrator would."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import itertools
import json
import os
import smtplib
import subprocess
import time
import urllib.error
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

from lab import machines
from lab.machines import Machine
from tests.lab import installed
from tests.lab.installed import DOMAIN, LIST, LIST_ID, WEB_HOST, Combination
from tests.lab.visitor import Visitor

SERVICES = (
    "mailman3.service",
    "mailmanweb.service",
    "mailmanweb-qcluster.service",
    "nginx.service",
    "postfix.service",
)
CORE, WEB, QCLUSTER, PROXY, MTA = SERVICES
SECRETS = "/etc/mailman3/secrets"
_NUMBERS = itertools.count(1)
READER = "reader"  # a local account that is a member of the list


@dataclass(frozen=True)
class Suite:
    """A suite, the machine that it runs on, and the combination that it was made of."""

    machine: Machine
    combination: Combination

    @property
    def visitor(self) -> Visitor:
        """A new visitor without cookies."""
        return Visitor(self.machine.address, WEB_HOST)

    @property
    def door(self) -> Machine:
        """The machine that takes the lists' mail from the world."""
        return self.machine

    def run(self, command: str, stdin: str = "") -> str:
        """What a command of root's prints; CalledProcessError when it fails."""
        return self.machine.run(command, stdin=stdin).stdout

    def converge(
        self, changed: Mapping[str, Any] | None = None, options: tuple[str, ...] = ("-y",)
    ) -> subprocess.CompletedProcess[str]:
        """A run of the deploy, with these settings changed."""
        return installed.converge(
            self.machine, {**self.combination.data, **(changed or {})}, options
        )

    def secrets(self) -> dict[str, str]:
        """Every secret of the host by its name."""
        listing = self.run(f"cd {SECRETS} && grep -H '' *")
        return dict(line.split(":", 1) for line in listing.splitlines())

    def rest(
        self, method: str, path: str, fields: Mapping[str, Any] | None = None
    ) -> tuple[int, Any]:
        """Status and answer of Core's REST API, asked on the host itself."""
        question = json.dumps([method, path, fields])
        status, answer = json.loads(self.run(f"python3 -c '{_ASK_CORE}'", stdin=question))
        return status, answer

    def processes(self) -> dict[str, list[str]]:
        """Each service's processes as `pid@start`, those that it may renew by itself left out."""
        return {name: self._main_process(name) for name in SERVICES} | {"runners": self._runners()}

    def wait_until_serving(self) -> None:
        """Returns once Core's collections and the web pages answer."""
        eventually(lambda: self.rest("GET", "lists")[0] == 200, "Core's REST answers")
        eventually(lambda: self.visitor.get("/mailman3/lists/").status == 200, "the pages open")

    def add_reader(self) -> str:
        """The address of a local account that is a member of the list."""
        self.run(f"id {READER} 2>/dev/null || useradd --create-home {READER}")
        address = f"{READER}@{self.run('postconf -h myhostname').strip()}"
        if self.rest("GET", f"lists/{LIST_ID}/member/{address}")[0] == 404:
            told = {"pre_verified": True, "pre_confirmed": True, "pre_approved": True}
            member = {"list_id": LIST_ID, "subscriber": address, **told}
            assert self.rest("POST", "members", member)[0] == 201
        return address

    def post(self, sender: str, recipient: str = LIST) -> str:
        """The Message-ID of a message that the machine's SMTP server accepted."""
        message = EmailMessage()
        message["From"], message["To"] = sender, recipient
        message["Message-ID"] = make_msgid(domain=DOMAIN)
        message["Subject"] = f"A post at {time.monotonic()}"
        message.set_content(f"The body of {message['Message-ID']}\n")
        with smtplib.SMTP(self.door.address, timeout=60) as server:
            server.send_message(message)
        return str(message["Message-ID"])

    def has_mail(self, message_id: str) -> bool:
        """Whether a message is in the reader's mailbox."""
        found = self.machine.run(f"grep -qF -e '{message_id}' /var/mail/{READER}", check=False)
        return found.returncode == 0

    def delivers(self) -> str:
        """The Message-ID of a post that a member sent, got, and finds in the archive."""
        message_id = self.post(self.add_reader())
        eventually(lambda: self.has_mail(message_id), f"{message_id} reaches the mailbox")
        page = archive_path(message_id)
        eventually(lambda: self.visitor.get(page).status == 200, f"{page} is in the archive")
        return message_id

    def _main_process(self, unit: str) -> list[str]:
        shown = self.run(f"systemctl show -p MainPID,ActiveEnterTimestampMonotonic {unit}")
        return shown.split()

    def _runners(self) -> list[str]:
        rows = self.run("ps -u mailman -o pid=,lstart=,comm=,args=").splitlines()
        return [row.strip() for row in rows if "--runner=" in row or " runner:" in row]


# Runs on the host: the password stays in its file.
_ASK_CORE = """
import base64, json, sys, urllib.error, urllib.parse, urllib.request
method, path, fields = json.load(sys.stdin)
password = open("/etc/mailman3/secrets/rest_password").read().strip()
request = urllib.request.Request("http://127.0.0.1:8001/3.1/" + path, method=method)
pair = base64.b64encode(("restadmin:" + password).encode()).decode()
request.add_header("Authorization", "Basic " + pair)
request.data = urllib.parse.urlencode(fields).encode() if fields else None
try:
    answer = urllib.request.urlopen(request, timeout=60)
    status, text = answer.status, answer.read()
except urllib.error.HTTPError as error:
    status, text = error.code, None
except OSError as error:
    status, text = 0, None
print(json.dumps([status, json.loads(text) if text else None]))
"""


def archive_path(message_id: str) -> str:
    """Where HyperKitty shows a message: by the hash of its Message-ID (RFC 5064's, base 32)."""
    digest = hashlib.sha1(message_id.strip("<>").encode()).digest()
    return f"/archives/list/{LIST}/message/{base64.b32encode(digest).decode()}/"


def eventually(holds: Callable[[], bool], what: str, seconds: float = 90) -> None:
    """Returns when it holds; AssertionError naming what was waited for when it does not in time."""
    deadline, pause = time.monotonic() + seconds, 0.3
    while True:
        with contextlib.suppress(urllib.error.URLError, OSError, subprocess.CalledProcessError):
            if holds():
                return
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain: {what}"
        time.sleep(pause)
        pause = min(pause * 1.5, 3)  # to ask costs a machine more than its work does


@contextmanager
def clone(combination: Combination) -> Iterator[Suite]:
    """A machine with the suite on it, just booted; gone at the end."""
    layer = installed.layer(combination)
    name = f"test-{os.getpid()}-suite-{next(_NUMBERS)}"
    machine = machines.up(name, layer=layer)
    try:
        yield Suite(machine, combination)
    finally:
        machine.down()
