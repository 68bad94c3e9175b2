"""A rehearsal on a second machine: production is only read, and no fence alone lets mail out."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab import machines, paths
from tests.lab import catcher, installed, invariant_look, older
from tests.lab.installed import LIST_ID, REPOSITORY
from tests.lab.suites import Suite, eventually

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("rehearsal")]

VICTIM = f"victim@{catcher.DOMAIN}"
MAILBOX = "/var/mail/mailman"
SMTP_LOG = "/opt/mailman/mm/var/logs/smtp.log"
PLACES = "/root/places.json"
# What lives on a host where nobody does anything: logs, locks that are renewed, random seeds.
_ALIVE = (
    *("/run", "/var/log", "/var/lib/systemd", "/var/lib/postgresql", "/opt/mailman/web"),
    *("/opt/mailman/mm/var/logs", "/opt/mailman/mm/var/locks"),
    *("/var/cache/pip", "/var/cache/apt"),  # the lab's machines share them
)
_BREAK = {
    "Core": "cp -p /etc/mailman3/mailman.cfg /root/ &&"
    ' sed -i "/A rehearsal\'s fence/,\\$d" /etc/mailman3/mailman.cfg && systemctl restart mailman3',
    "Postfix": "postconf -X default_transport relay_transport && postfix reload",
    "packet filter": "nft delete table inet rehearsal_fence",
}
_MEND = {
    "Core": "cp -p /root/mailman.cfg /etc/mailman3/ && systemctl restart mailman3",
    "Postfix": "postconf -e 'default_transport = retry:4.3.0 a rehearsal keeps its mail' &&"
    " postfix reload",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def production(request: pytest.FixtureRequest) -> Iterator[Suite]:
    """A host that runs the older release, at rest, with a member far away."""
    with older.clone(request.param, "-production") as suite:
        suite.run("systemctl stop '*.timer'")
        member = {"list_id": LIST_ID, "subscriber": VICTIM}
        # No welcome to somebody whom this host's Postfix cannot reach: it would come back.
        told = dict.fromkeys(("pre_verified", "pre_confirmed", "pre_approved"), True)
        told["send_welcome_message"] = False
        assert suite.rest("POST", "members", {**member, **told})[0] == 201
        eventually(lambda: not suite.run("find /opt/mailman/mm/var/queue/out -type f"), "at rest")
        invariant_look.ship(suite.machine)
        places = invariant_look.databases(suite.machine)
        suite.run(f"install -m 600 /dev/stdin {PLACES}", stdin=json.dumps(places))
        invariant_look.ask(suite.machine, places)  # compiles what it runs, this once
        yield suite


@pytest.fixture
def staging() -> Iterator[machines.Machine]:
    """A bare machine."""
    machine = machines.up(f"test-{os.getpid()}-staging", suite="bookworm")
    try:
        yield machine
    finally:
        machine.down()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """This repository on a computer that keeps no release."""
    kept_here = shutil.ignore_patterns(".*", "records", "__pycache__")
    return Path(shutil.copytree(REPOSITORY, tmp_path / "repository", ignore=kept_here))


def test_a_rehearsal(production: Suite, staging: machines.Machine, elsewhere: Path) -> None:
    before = untouched(production)
    with catcher.listening() as caught:
        result = rehearsed(production, staging)
        after = untouched(production)
        for what, was in before.items():
            assert [*differing(was, after[what])] == [], what
        assert result["outcome"] == "passed", result["reason"]
        assert result["invariants"], "nothing was counted"
        assert [one for one in result["invariants"] if not one["equal"]] == []
        assert len(result["invariants"]) >= len(before["invariants"]) - 5
        assert all(one["standing"] for one in result["fences"]), result["fences"]
        copy = Suite(staging, installed.Combination("bookworm", "", older.NEW))
        assert_fenced(copy, caught)
    # The fences stand by now, and the release has to be built behind none.
    assert rehearsed(production, staging, elsewhere)["outcome"] == "passed"
    ended = run(staging, production, "end_rehearsal")
    assert ended.returncode == 0, ended.stdout
    left = "ls -d /opt/mailman /etc/mailman3 /var/lib/mailman3-suite/rehearsal*"
    assert staging.run(f"{left} 2>/dev/null; mailq", check=False).stdout.split("\n")[0] == (
        "Mail queue is empty"
    )


def differing(before: Any, after: Any) -> set[str]:
    """What only one of two lists or mappings has."""
    rows = [
        {f"{key}: {value}" for key, value in one.items()} if isinstance(one, dict) else {*one}
        for one in (before, after)
    ]
    return rows[0] ^ rows[1]


def assert_fenced(copy: Suite, caught: list[str]) -> None:
    """Each fence alone keeps a post to the member far away; without all three it leaves."""
    core_answers(copy)
    copy.run(f"postconf -e 'relayhost = [{paths.GATEWAY}]' && postfix reload")
    copy.run(_BREAK["Postfix"])
    copy.run(_BREAK["Core"])
    core_answers(copy)
    first = copy.post(VICTIM)
    eventually(lambda: "refused" in kept(copy), "the packet filter keeps it")
    assert caught == []

    copy.run(_BREAK["packet filter"])
    copy.run("postqueue -f")
    eventually(lambda: first in caught, "without any fence it leaves")
    eventually(lambda: not kept(copy), "Postfix' queue is empty")
    left = len(caught)

    copy.run(_MEND["Postfix"])
    second = copy.post(VICTIM)
    put_off = f"grep -F {shlex.quote(second)} {SMTP_LOG} | grep -F 'a rehearsal keeps its mail'"
    eventually(lambda: bool(copy.run(put_off)), "Postfix does not take it, so Core keeps it")
    assert len(caught) == left

    copy.run(_MEND["Core"])
    copy.run(_BREAK["Postfix"])
    core_answers(copy)
    last = copy.post(VICTIM)
    eventually(lambda: last in copy.run(f"cat {MAILBOX}"), "Core's own fence keeps it")
    assert len(caught) == left


def core_answers(copy: Suite) -> None:
    """Core is up; its pages have another name on staging. LMTP is later than REST."""
    eventually(lambda: copy.rest("GET", "lists")[0] == 200, "Core answers")
    lmtp = "exec 3<>/dev/tcp/127.0.0.1/8024 && head -n 1 <&3"
    greeting = f"timeout 5 bash -c {shlex.quote(lmtp)} || true"
    eventually(lambda: copy.run(greeting).startswith("220"), "Core takes mail")


def kept(copy: Suite) -> str:
    """Why Postfix still has what it has for the member far away."""
    rows = [json.loads(row) for row in copy.run("postqueue -j").splitlines()]
    found = [one for row in rows for one in row["recipients"] if one["address"] == VICTIM]
    return " ".join(one.get("delay_reason", "queued") for one in found)


def untouched(suite: Suite) -> dict[str, Any]:
    """Files with digests and times, processes with their starts, contents of both databases."""
    alive = " -o ".join(f"-path {path}" for path in _ALIVE)
    files = suite.run(
        rf"find / -xdev \( {alive} \) -prune -o \( -type f -o -type d \)"
        r" -printf '%p %s %T@ %C@\n'"
    )
    places = json.loads(suite.run(f"cat {PLACES}"))
    digests = suite.run("find /opt/mailman/mm /etc/mailman3 -type f -exec sha256sum {} + | sort")
    return {
        "files": files.splitlines(),
        "digests": [row for row in digests.splitlines() if "/logs/" not in row],
        "processes": suite.processes(),
        "invariants": invariant_look.ask(suite.machine, places),
    }


def run(
    staging: machines.Machine, production: Suite, deploy: str, repository: Path = REPOSITORY
) -> Any:
    """One run of a deploy on staging; `stdout` holds everything that it said."""
    data = {
        **production.combination.data,
        "mailman_release": older.NEW,
        "mailman_web_host": "staging.suite.test",
        "mailman_rehearses": production.machine.name,
        "mailman_rehearses_ssh": ["-F", str(paths.SSH_CONFIG)],
    }
    deploy = f"deploys/{deploy}.py"
    return installed.converge(staging, data, deploy=deploy, timeout=1200, repository=repository)


def rehearsed(
    production: Suite, staging: machines.Machine, repository: Path = REPOSITORY
) -> dict[str, Any]:
    """The result of a rehearsal, which left its report on this computer; removed again."""
    done = run(staging, production, "rehearse", repository)
    assert done.returncode == 0, done.stdout
    (place,) = {Path(word).parent for word in done.stdout.split() if word.endswith("report.html,")}
    assert (repository / place).stat().st_mode & 0o077 == 0
    result: dict[str, Any] = json.loads((place / "result.json").read_text())
    shutil.rmtree(place)
    return result
