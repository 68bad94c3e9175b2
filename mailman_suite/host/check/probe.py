"""A hidden list with one member that is a mailbox on this host, for the duration of a probe.

All verbs take {"rest", "password_file", "list", "member", "account", "home", "mailbox",
"queues": [patterns], "map", "archives": the directory of Core's own archives, one a list}.
`make`:   makes them.
`clean`:  removes every probe's list, member and queued messages, including the remains of an
          interrupted probe.
`forget`: removes every probe's messages from the archive; run by the release's own
          interpreter as the suite's user.
`leave`:  removes the account and its mailbox. It is made first and removed last, so
          that it tells of a probe that did not end.
"""

from __future__ import annotations

import base64
import datetime
import glob
import json
import logging
import os
import pwd
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

from mailman_suite.host.base import files, verbs
from mailman_suite.host.check.ahead import postfix_queue

Json = dict[str, Any]

_POSTFIX_SECONDS = 15
_SETTINGS = {
    "advertised": False,
    "archive_policy": "public",
    "admin_notify_mchanges": False,
    "digests_enabled": False,
    "send_goodbye_message": False,
    "send_welcome_message": False,
}


def probes(account: str) -> re.Pattern[str]:
    """What the address of a probe's list looks like; an operator's list must never fit."""
    return re.compile(rf"{re.escape(account)}-[0-9a-f]{{12}}(?=@)")


def called(order: Json, method: str, path: str, data: Json | None = None) -> Any:
    """Core's answer to a REST request; None for an empty one."""
    with open(order["password_file"], encoding="utf-8") as text:
        pair = f"restadmin:{text.read().strip()}"
    body = None if data is None else urllib.parse.urlencode(data).encode()
    request = urllib.request.Request(f"{order['rest']}/{path}", data=body, method=method)
    request.add_header("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def make(order: Json) -> None:
    """Account, list and member."""
    account_with_mailbox(order)
    list_id = order["list"].replace("@", ".", 1)
    called(order, "POST", "lists", {"fqdn_listname": order["list"]})
    called(order, "PATCH", f"lists/{list_id}/config", _SETTINGS)
    said = {"pre_verified": True, "pre_confirmed": True, "pre_approved": True}
    called(order, "POST", "members", {"list_id": list_id, "subscriber": order["member"], **said})
    print(f"{order['member']} is a member of {order['list']}", flush=True)
    wait_for_postfix(order)


def wait_for_postfix(order: Json) -> None:
    """Postfix's rewriting service checks every 10 seconds whether its tables have changed.

    Until then it has no route to a new list, and its post bounces.
    """
    written = max(os.path.getmtime(path) for path in glob.glob(f"{order['map']}*"))
    deadline = time.monotonic() + _POSTFIX_SECONDS
    while any(began < written for began in started("trivial-rewrite")):
        if time.monotonic() > deadline:
            return
        time.sleep(0.5)


def started(name: str) -> Iterator[float]:
    """When each process of that name started, in seconds since the epoch."""
    booted = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="utf-8", errors="replace") as text:
                before, _, after = text.read().rpartition(")")
        except OSError:
            continue
        if before.endswith(f"({name}"):
            yield booted + int(after.split()[19]) / os.sysconf("SC_CLK_TCK")


def account_with_mailbox(order: Json) -> None:
    """A system account whose mail is delivered to a known file, unlike that of other accounts."""
    name, home = order["account"], order["home"]
    run("useradd", "--system", "--user-group", "--shell", "/bin/false", "-d", home, "-M", name)
    owner = pwd.getpwnam(name)
    os.makedirs(home, mode=0o700, exist_ok=True)
    os.chown(home, owner.pw_uid, owner.pw_gid)
    with open(os.path.join(home, ".forward"), "w", encoding="utf-8") as forward:
        forward.write(f"{order['mailbox']}\n")
        os.fchown(forward.fileno(), owner.pw_uid, owner.pw_gid)


def run(*words: str) -> None:
    """Runs a command. Raises RuntimeError with its message if it fails."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise RuntimeError(f"{words[0]}: {done.stdout.decode(errors='replace').strip()}")


def clean(order: Json) -> None:
    """Tries each step, even after one that failed; ends with 1 if one failed."""
    steps = (unqueue, sweep, unlist, unsubscribe, sweep, unarchive)
    failures = [reason for reason in (attempted(step, order) for step in steps) if reason]
    if failures:
        raise SystemExit(
            "the probe's list and account could not be removed: " + "; ".join(failures)
        )


def attempted(step: Any, order: Json) -> str:
    """Why a step failed, or nothing."""
    try:
        step(order)
    except (OSError, RuntimeError, ValueError) as error:
        return f"{step.__name__}: {error}"
    return ""


def unqueue(order: Json) -> None:
    """Postfix forgets the probe's messages, so that nobody gets a bounce."""
    for entry in postfix_queue():
        addresses = [entry["sender"], *(one["address"] for one in entry["recipients"])]
        if any(is_probes(order["account"], one) for one in addresses):
            run("postsuper", "-d", entry["queue_id"])


def is_probes(account: str, address: str) -> bool:
    """Whether an address is that of a probe's list or member."""
    return address.startswith(f"{account}@") or bool(probes(account).match(address))


def sweep(order: Json) -> None:
    """Core would shunt a message to a removed list, and the archiver would try for ever."""
    name = re.compile(probes(order["account"]).pattern.replace("(?=@)", "").encode())
    for path in (path for pattern in order["queues"] for path in glob.glob(pattern)):
        try:
            with files.opened(path) as message:
                if name.search(message.read()):
                    files.remove(path)
        except FileNotFoundError:
            continue


def unlist(order: Json) -> None:
    """Core has no list of a probe."""
    entries = called(order, "GET", "lists").get("entries", [])
    for one in entries:
        if probes(order["account"]).match(one["fqdn_listname"]):
            called(order, "DELETE", f"lists/{one['list_id']}")


def unsubscribe(order: Json) -> None:
    """Core knows neither the user nor the address."""
    for path in (f"users/{order['member']}", f"addresses/{order['member']}"):
        try:
            called(order, "DELETE", path)
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise


def unarchive(order: Json) -> None:
    """Core's own archiver, which is on by default, keeps what it has of a removed list."""
    for path in glob.glob(os.path.join(order["archives"], "*")):
        if probes(order["account"]).match(os.path.basename(path)):
            files.remove(path)


def forget(order: Json) -> None:
    """The archive has no list of a probe; in the order of HyperKitty's own view for deletion."""
    from mailman_web.manage import setup

    setup()
    import django

    django.setup()
    logging.disable(logging.INFO)  # the worker's client tells of every task
    from hyperkitty.models import MailingList, Sender
    from hyperkitty.signals import silenced_email_pre_delete

    pattern = probes(order["account"]).pattern.replace("(?=@)", "@")
    for one in MailingList.objects.filter(name__regex=f"^{pattern}"):
        with silenced_email_pre_delete():
            one.threads.all().delete()
            one.delete()
    Sender.objects.filter(address__startswith=f"{order['account']}@", emails=None).delete()
    forget_tasks(re.compile(pattern))


def forget_tasks(pattern: re.Pattern[str]) -> None:
    """The worker would repeat tasks of a removed list for ever."""
    from django_q.models import OrmQ, Task

    for queued in OrmQ.objects.all():
        if pattern.search(str(queued.task)):
            queued.delete()
    time.sleep(1)  # for tasks that the worker has begun
    hour = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    for done in Task.objects.filter(started__gte=hour):
        if pattern.search(str(done.args)):
            done.delete()


def leave(order: Json) -> None:
    """Removes the account and its home."""
    home = pwd.getpwnam(order["account"]).pw_dir
    run("userdel", order["account"])
    run("rm", "-rf", "--", home)


if __name__ == "__main__":
    verbs.main({"make": make, "clean": clean, "forget": forget, "leave": leave})
