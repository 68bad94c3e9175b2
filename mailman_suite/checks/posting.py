"""The arguments of the programs that send a message through a suite and follow it. Pure."""

from __future__ import annotations

import re
from typing import Any

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.checks import PagesQuestion
from mailman_suite.settings import Settings

PROBE_MAILBOX = f"{layout.PROBE_HOME}/Mailbox"

_PATIENCE_SECONDS = 60
_QUEUES = (f"{layout.VAR}/queue/*/*.*", f"{layout.ARCHIVE_SPOOL}/*")


def arrival(settings: Settings) -> str:
    """The mailbox that receives a probe's message; a rehearsal's Core sends everything to one."""
    return layout.FENCED_MAILBOX if settings.rehearses else PROBE_MAILBOX


def post(list_address: str, sender: str, mailbox: str, proxy: PagesQuestion) -> dict[str, Any]:
    """The arguments of `host/check/post.py send`.

    `sender` is a member of the list whose mail the host delivers into the mbox file `mailbox`;
    `proxy` is `mailman_suite.checks.verification.proxy` of the suite.
    """
    return {
        "list": list_address,
        "sender": sender,
        "mailbox": mailbox,
        "loopback": layout.LOOPBACK,
        "smtp_port": layout.SMTP_PORT,
        "proxy": proxy,
        "archive": "/archives/list/{list}/message/{hash}/",
        "logs": [f"{layout.CORE_LOGS}/*.log", f"{layout.WEB_LOGS}/*.log"],
        "queues": _QUEUES,
        "patience": _PATIENCE_SECONDS,
    }


def probe(list_address: str, member: str) -> dict[str, Any]:
    """The arguments of every verb of `host/check/probe.py`."""
    return {
        "rest": f"http://{layout.LOOPBACK}:{layout.REST_PORT}/3.1",
        "password_file": f"{layout.SECRETS}/rest_password",
        "list": list_address,
        "member": member,
        "account": layout.PROBE_ACCOUNT,
        "home": layout.PROBE_HOME,
        "mailbox": PROBE_MAILBOX,
        "map": layout.LMTP_MAP,
        "queues": _QUEUES,
        "archives": f"{layout.VAR}/archives/prototype",
    }


def local_domain(mydestination: str) -> str:
    """A domain whose mail Postfix delivers on the host. Raises `Refusal` where there is none."""
    names = [name for name in re.split(r"[\s,]+", mydestination) if name]
    local = [name for name in names if "." in name and not set(name) & set(":/=[]")]
    if not local:
        raise Refusal(
            found=f"Postfix's mydestination = {' '.join(names) or '(empty)'}",
            expected="a full host name in it, because the probe delivers to a mailbox on the host",
            remedy="add $myhostname to mydestination, or do not use the probe",
        )
    return local[0]
