"""A server with 1 GiB of memory and no swap carries a suite while it is built, used and changed."""

from __future__ import annotations

import os
import shutil
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import pytest

from tests.lab import installed
from tests.lab.conftest import MakeMachine
from tests.lab.installed import DOMAIN, LIST, LIST_ID
from tests.lab.suites import Suite, archive_path, eventually

GIB = 1024**3
# Encoded it is a third larger: near to the 10.24 MB that Postfix takes at most, unless it is told
# otherwise. Several runners have a message in memory at once, each more than once, so that one with
# 20 MB would cost 300 MB in the first of them alone.
LARGEST = 7_200_000
TOO_LARGE = 20_000_000
# The other releases start each runner by itself, and 1 GiB is not enough for one of them alone.
NOW = installed.DEFAULT
NEXT = f"{NOW.release}.next"
_ANOTHER = f"""
from dataclasses import replace
RELEASES["{NEXT}"] = replace(RELEASES["{NOW.release}"], name="{NEXT}")
"""


@pytest.fixture
def controller() -> Iterator[Path]:
    """A control machine that knows one release more, and has built none of them yet."""
    with installed.without_releases() as directory:
        releases = directory / "releases"
        shutil.copytree(releases / NOW.release, releases / NEXT)
        with (directory / "mailman_suite/releases/catalogue.py").open("a") as catalogue:
            catalogue.write(_ANOTHER)
        yield directory


def converge(suite: Suite, controller: Path, release: str) -> None:
    """A whole run from that control machine, which installs or upgrades."""
    done = installed.converge(
        suite.machine,
        {**suite.combination.data, "mailman_release": release},
        timeout=installed.INSTALL_SECONDS,
        repository=controller,
    )
    assert done.returncode == 0, done.stdout


def post(suite: Suite, size: int) -> str:
    """The Message-ID of a member's post with an attachment of so many bytes."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = suite.add_reader(), LIST, "Large"
    message["Message-ID"] = message_id = make_msgid(domain=DOMAIN)
    message.set_content("See the attachment.\n")
    content = os.urandom(size)
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename="a")
    with smtplib.SMTP(suite.door.address, timeout=60) as server:
        server.send_message(message)
    return message_id


def takes_large_mail(suite: Suite) -> None:
    """The largest post reaches a member and the archive; a larger one is refused at once."""
    message_id = post(suite, LARGEST)
    eventually(lambda: suite.has_mail(message_id), "the large message reaches the mailbox", 300)
    page = archive_path(message_id)
    eventually(lambda: suite.visitor.get(page).status == 200, "it is in the archive", 300)
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        post(suite, TOO_LARGE)
    assert refused.value.smtp_code == 552


@pytest.mark.full
def test_a_gibibyte_is_enough_to_install_to_take_large_mail_and_to_upgrade(
    new_machine: MakeMachine, controller: Path
) -> None:
    machine = new_machine(suite=NOW.suite, memory_bytes=GIB)
    suite = Suite(machine, NOW)

    converge(suite, controller, NOW.release)
    assert machine.killed_for_memory() == 0

    # A list takes 40 KB.
    assert suite.rest("PATCH", f"lists/{LIST_ID}/config", {"max_message_size": 0})[0] == 204
    takes_large_mail(suite)
    assert machine.killed_for_memory() == 0

    converge(suite, controller, NEXT)
    releases = suite.run("ls -d /opt/mailman/releases/*/stamp.json").split()
    assert len(releases) == 2
    takes_large_mail(suite)
    assert machine.killed_for_memory() == 0
