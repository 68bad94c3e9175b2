"""Posts one message to a list and follows it: Postfix, Core, a member's mailbox, the archive.

`send`: {"list", "sender", "mailbox", "loopback", "smtp_port", "proxy": {"host", "scheme", "port",
         "loopback"}, "archive", "logs": [patterns], "queues": [patterns], "patience"} -> one line
         for each stage as it ends, and last how long all of them took. A stage that fails ends the
         program with its name and what the logs say.

`patience` is the time in seconds in which a stage must end or the queues that hold the message
must move: after a window it waits behind all the mail that was held back.

`sender` is a member whose mail the host delivers into the mbox file `mailbox`. Nothing is removed.
"""

from __future__ import annotations

import base64
import email
import email.policy
import email.utils
import glob
import hashlib
import http.client
import os
import re
import smtplib
import ssl
import subprocess
import sys
import time
from email.message import EmailMessage
from typing import Any

from mailman_suite.host.base import verbs
from mailman_suite.host.check.ahead import ahead, postfix_queue
from mailman_suite.host.check.stages import Failed, Stages

Json = dict[str, Any]

_TEXT = "This message takes the path of every post.\n"
_ACCESS_LOG = re.compile(r'"(GET|POST|PATCH|PUT|DELETE) /')


class Logs:
    """What the services write into their logs from now on."""

    def __init__(self, patterns: list[str]) -> None:
        self._since = time.time()
        self._patterns = patterns
        self._sizes = {path: os.path.getsize(path) for path in self._paths()}

    def _paths(self) -> list[str]:
        return sorted(path for pattern in self._patterns for path in glob.glob(pattern))

    def said(self) -> list[str]:
        """The last lines of each log that grew, and of Postfix."""
        lines = []
        for path in self._paths():
            with open(path, encoding="utf-8", errors="replace") as text:
                text.seek(self._sizes.get(path, 0))
                fresh = [line for line in text.read().splitlines() if not _ACCESS_LOG.search(line)]
            lines += [f"{os.path.basename(path)}: {line}" for line in fresh[-8:]]
        return lines + self._postfix()

    def _postfix(self) -> list[str]:
        words = ["journalctl", "-q", "-o", "cat", "-n", "12", "-u", "postfix*"]
        done = subprocess.run([*words, f"--since=@{int(self._since)}"], capture_output=True)
        return [f"postfix: {line}" for line in done.stdout.decode(errors="replace").splitlines()]


def composed(order: Json) -> EmailMessage:
    """The message, with an identity of its own."""
    message = EmailMessage()
    message["From"] = order["sender"]
    message["To"] = order["list"]
    message["Message-ID"] = email.utils.make_msgid(domain=order["list"].partition("@")[2])
    message["Subject"] = f"Probe {message['Message-ID'].split('.')[1]}"
    message["Date"] = email.utils.formatdate()
    message.set_content(_TEXT)
    return message


def handed_over(order: Json, message: EmailMessage) -> str:
    """Postfix's queue identifier of the message that it accepted."""
    with smtplib.SMTP(order["loopback"], order["smtp_port"], timeout=30) as peer:
        peer.ehlo_or_helo_if_needed()
        for code, answer in (
            peer.mail(order["sender"]), peer.rcpt(order["list"]), peer.data(message.as_bytes())
        ):  # fmt: skip
            if code >= 300:
                raise Failed(f"Postfix said {code} {answer.decode(errors='replace')}")
    return answer.decode(errors="replace").split()[-1]


def taken_by_core(queue_id: str) -> bool | None:
    """True once Postfix has delivered the message. Raises `Failed` if it was deferred."""
    for entry in postfix_queue():
        if entry["queue_id"] == queue_id:
            reasons = [one["delay_reason"] for one in entry["recipients"] if "delay_reason" in one]
            if reasons:
                raise Failed(f"Postfix defers it: {reasons[0]}")
            return None
    return True


def received(order: Json, message: EmailMessage, skipped: int) -> bool | None:
    """True once the mailbox has the message as a post of the list."""
    try:
        with open(order["mailbox"], "rb") as mailbox:
            mailbox.seek(skipped)
            fresh = mailbox.read()
    except FileNotFoundError:
        return None
    for text in re.split(rb"(?m)^From [^\n]*\n", fresh):
        copy = email.message_from_bytes(text, policy=email.policy.default)
        if copy.get_content_type() == "multipart/report":
            raise Failed(f"the post bounced: {diagnosis(copy)}")
        if copy["Message-ID"] == message["Message-ID"]:
            return as_a_post(order, copy)
    return None


def diagnosis(report: Any) -> str:
    """What a delivery report says about its reason."""
    reasons = [
        str(part["Diagnostic-Code"])
        for message in report.walk()
        if message.get_content_type() == "message/delivery-status"
        for part in message.get_payload()
        if part["Diagnostic-Code"]
    ]
    return " ".join("; ".join(reasons).split()) or str(report["Subject"])


def as_a_post(order: Json, copy: Any) -> bool:
    """True for a copy that went through the list. Raises `Failed` for one that did not."""
    list_id = order["list"].replace("@", ".", 1)
    if f"<{list_id}>" not in (copy["List-Id"] or ""):
        raise Failed(f"the copy's List-Id is {copy['List-Id']!r}, expected <{list_id}>")
    text = copy.get_body(("plain",)).get_content()
    if _TEXT.strip() not in text or text.strip() == _TEXT.strip():
        raise Failed(f"the copy has no footer of the list: {text[-200:]!r}")
    return True


def archived(order: Json, message: EmailMessage) -> bool | None:
    """True once the archive shows the message's page with its style."""
    identity = message["Message-ID"].strip("<>").encode()
    digest = base64.b32encode(hashlib.sha1(identity).digest()).decode()
    path = order["archive"].format(list=order["list"], hash=digest)
    status, _, page = fetched(order["proxy"], path)
    if status == 404:
        return None
    if status != 200 or message["Subject"] not in page:
        raise Failed(f"{path} answers {status}, without the subject {message['Subject']!r}")
    style = re.search(r"""<link\b[^>]*?\bhref=["'](/[^"']+\.css)""", page)
    if not style or fetched(order["proxy"], style.group(1))[:2] != (200, "text/css"):
        raise Failed(f"{path} has no style sheet that is served")
    return True


def fetched(proxy: Json, path: str) -> tuple[int, str, str]:
    """(status, content type, text) of a path, asked for by the site's name."""
    if proxy["scheme"] == "https":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            proxy["loopback"], proxy["port"], timeout=60, context=context
        )
    else:
        connection = http.client.HTTPConnection(proxy["loopback"], proxy["port"], timeout=60)
    try:
        connection.request("GET", path, headers={"Host": proxy["host"]})
        answer = connection.getresponse()
        kind = answer.getheader("Content-Type", "").partition(";")[0]
        return answer.status, kind, answer.read().decode(errors="replace")
    finally:
        connection.close()


def send(order: Json) -> float:
    """Posts and follows one message; the seconds that it took. Raises `Failed`."""
    message = composed(order)
    stages = Stages(order["patience"], lambda: ahead(order, message["Message-ID"]))
    try:
        skipped = os.path.getsize(order["mailbox"])
    except FileNotFoundError:
        skipped = 0
    queue_id = stages.reach("Postfix accepts the post", lambda: handed_over(order, message))
    stages.reach("Core receives it by LMTP", lambda: taken_by_core(queue_id))
    stages.reach("The subscriber's mailbox has it", lambda: received(order, message, skipped))
    stages.reach("The archive shows it", lambda: archived(order, message))
    return sum(stages.seconds.values())


def sent(order: Json) -> None:
    """Tells that the message arrived; ends the program with what was found where a stage failed."""
    logs = Logs(order["logs"])
    try:
        seconds = send(order)
    except Failed as failure:
        print(f"FAILED    {failure}", *logs.said(), sep="\n    ", file=sys.stderr)
        raise SystemExit(1) from None
    print(f"{seconds:6.2f} s  in all", flush=True)


if __name__ == "__main__":
    verbs.main({"send": sent})
