"""Observes Core and Postfix as those who use them do; changes nothing and judges nothing.

`look`: {"rest", "password_file", "config", "defaults", "var", "loopback", "lmtp_port",
         "smtp_port"} -> {"rest", "runners", "lmtp", "smtp", "postfix"}; whatever could
         not be observed is {"error": why}.
"""

from __future__ import annotations

import base64
import configparser
import glob
import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from typing import Any, TypedDict

from mailman_suite.host.base import verbs
from mailman_suite.host.check.conversation import observed, reply, said
from mailman_suite.host.wire.checks import (
    CoreObservations,
    CoreQuestion,
    Rest,
    Routes,
    Runners,
    Smtp,
)


class Process(TypedDict):
    """A process; `name` is the kernel's, of 15 characters; `started` in seconds since boot."""

    pid: int
    parent: int
    name: str
    words: list[str]
    started: float


# A site of this size is asked for all its lists in about a second; beyond, for the first ones.
_LISTS = 2000
_SECONDS = 20
_KERNELS_LENGTH = 15  # of a process's name


def rest(declared: CoreQuestion) -> Rest:
    """Status and size of each collection, with the addresses of all lists and domains."""
    with open(declared["password_file"], encoding="utf-8") as text:
        pair = f"restadmin:{text.read().strip()}"
    key = "Basic " + base64.b64encode(pair.encode()).decode()
    found: Rest = {"collections": {}, "lists": [], "domains": []}
    for path in ("domains", f"lists?count={_LISTS}&page=1", "users?count=5&page=1"):
        status, body = called(f"{declared['rest']}/{path}", key)
        name = path.partition("?")[0]
        found["collections"][name] = (status, body.get("total_size"))
        entries = body.get("entries", [])
        if name == "lists":
            found["lists"] = [one["fqdn_listname"] for one in entries]
            for one in entries[:1]:
                roster = f"lists/{one['list_id']}/roster/member"
                status, body = called(f"{declared['rest']}/{roster}?count=5&page=1", key)
                found["collections"][roster] = (status, body.get("total_size"))
        if name == "domains":
            found["domains"] = [one["mail_host"] for one in entries]
    return found


def called(url: str, key: str) -> tuple[int, Any]:
    """The status and JSON body of a REST request; the body of a refusal is empty."""
    request = urllib.request.Request(url, headers={"Authorization": key})
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, {}


def runners(declared: CoreQuestion) -> Runners:
    """Which runners Core's configuration starts, and the ages of the processes that there are.

    The master gives a runner up after ten restarts and goes on without it, so a unit that is active
    says little about its runners.
    """
    running: dict[str, list[int]] = {}
    configured = configured_runners(declared)
    now = time.clock_gettime(time.CLOCK_BOOTTIME)
    ours = {one["pid"]: one for one in processes() if declared["config"] in one["words"]}
    # A forked runner has the command line of its master, and REST's own workers look like their
    # runner: masters are nobody's children here, and runners are the children of masters.
    masters = {
        pid: one
        for pid, one in ours.items()
        if is_program(one, "master") and one["parent"] not in ours
    }
    for one in ours.values():
        name = runner_name(one, configured) if one["parent"] in masters else None
        if name:
            running.setdefault(name, []).append(round(now - one["started"]))
    ages = [round(now - one["started"]) for one in masters.values()]
    return {"configured": configured, "running": running, "masters": ages}


def runner_name(process: Process, configured: Iterable[str]) -> str | None:
    """The runner that a child of the master is; None for a process of something else.

    One that was started by exec has it in its arguments, a forked one in its name
    (releases/3.3.10+forked/patches/mailman.patch).
    """
    for word in process["words"]:
        if word.startswith("--runner="):
            return word.partition("=")[2].split(":")[0]
    named = {f"runner:{one}"[:_KERNELS_LENGTH]: one for one in configured}
    return named.get(process["name"])


def is_program(process: Process, name: str) -> bool:
    """Whether a process runs the script of that name."""
    return any(os.path.basename(word) == name for word in process["words"][:3])


def processes() -> Iterator[Process]:
    """Every process, by /proc (proc(5))."""
    ticks = os.sysconf("SC_CLK_TCK")
    for directory in glob.glob("/proc/[0-9]*"):
        try:
            with open(f"{directory}/cmdline", encoding="utf-8", errors="replace") as text:
                words = text.read().split("\0")
            with open(f"{directory}/stat", encoding="utf-8", errors="replace") as text:
                before, _, after = text.read().rpartition(")")
        except OSError:
            continue
        fields = after.split()
        yield {
            "pid": int(os.path.basename(directory)),
            "parent": int(fields[1]),
            "name": before.partition("(")[2],
            "words": words,
            "started": int(fields[19]) / ticks,
        }


def configured_runners(declared: CoreQuestion) -> dict[str, int]:
    """Runner -> number of its processes, as Core's own files and the host's configuration say."""
    (shipped,) = glob.glob(f"{declared['venv']}/lib/python*/*-packages/mailman/config")
    config = configparser.RawConfigParser(strict=False, allow_no_value=True, delimiters=(":", "="))
    for path in (f"{shipped}/mailman.cfg", declared["config"]):
        with open(path, encoding="utf-8") as text:
            config.read_file(text)
    found = {}
    for section in config.sections():
        if section.startswith("runner.") and section != "runner.master":
            start = config.get(section, "start", fallback="yes").strip().lower()
            if start in ("yes", "true", "on", "1"):
                name = section.partition(".")[2]
                found[name] = int(config.get(section, "instances", fallback="1"))
    return found


def lmtp(declared: CoreQuestion) -> str:
    """The first line that Core's LMTP server says."""
    place = (declared["loopback"], declared["lmtp_port"])
    with socket.create_connection(place, timeout=_SECONDS) as peer, peer.makefile("r") as lines:
        return lines.readline().strip()


def smtp(declared: CoreQuestion, addresses: list[str]) -> Smtp:
    """Postfix's greeting, and its answer to each address as the recipient of a message.

    Nothing is sent: the conversation ends before any content.
    """
    place = (declared["loopback"], declared["smtp_port"])
    with socket.create_connection(place, timeout=_SECONDS) as peer, peer.makefile("rw") as lines:
        greeting = reply(lines)
        answers = {}
        for word in (f"EHLO {socket.getfqdn()}", "MAIL FROM:<>"):
            said(lines, word)
        for address in addresses:
            answers[address] = said(lines, f"RCPT TO:<{address}>")
        said(lines, "QUIT")
    return {"greeting": greeting, "recipients": answers}


def postfix(lists: list[str]) -> Routes:
    """Which lists Postfix's maps do not route to Core or do not have, and whether they have `root`.

    Lists are looked up in the maps that `postconf` names now, not in those that ought to be there.
    """
    known = {**lookup("local_recipient_maps", [*lists, "root"]),
             **lookup("relay_recipient_maps", lists)}  # fmt: skip
    routes = lookup("transport_maps", lists)
    return {
        "unrouted": [one for one in lists if not routes.get(one, "").startswith("lmtp:")][:5],
        "unknown": [one for one in lists if one not in known][:5],
        "root": "root" in known or not parameter("local_recipient_maps"),
    }


def lookup(name: str, keys: list[str]) -> dict[str, str]:
    """Key -> what the first of the maps in a parameter that knows it answers."""
    found: dict[str, str] = {}
    for mapping in re.split(r"[\s,]+", parameter(name)):
        if not mapping:
            continue
        # Root reads a table itself; through `proxy:` it would wait for a Postfix that is down.
        table = re.sub("^proxy:", "", mapping)
        answer = command("postmap", "-q", "-", table, text="\n".join(keys))
        for line in answer.splitlines():
            key, _, value = line.partition("\t")
            found.setdefault(key, value)
    return found


def parameter(name: str) -> str:
    """The value of a Postfix parameter with everything that it refers to."""
    return command("postconf", "-xh", name).strip()


def command(*words: str, text: str = "") -> str:
    """A command's output. `postmap` also ends with 1 when it finds nothing, so words decide."""
    done = subprocess.run(words, input=text.encode(), capture_output=True, timeout=_SECONDS)
    complaint = done.stderr.decode(errors="replace").strip()
    if done.returncode and complaint:
        raise RuntimeError(f"{words[0]}: {complaint.splitlines()[-1]}")
    return done.stdout.decode()


def look(declared: CoreQuestion) -> CoreObservations:
    """Everything that Core and Postfix show."""
    answers = observed(rest, declared)
    lists = answers.get("lists", [])
    local = observed(lambda: "root@" + parameter("myhostname"))
    recipients = [*lists[:5], *([local] if isinstance(local, str) else [])]
    return {
        "rest": answers,
        "runners": observed(runners, declared),
        "lmtp": observed(lmtp, declared),
        "smtp": observed(smtp, declared, recipients),
        "postfix": observed(postfix, lists),
    }


if __name__ == "__main__":
    verbs.main({"look": look})
