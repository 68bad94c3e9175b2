"""Checks of Core and Postfix: REST, runners, LMTP, queues, and a route for every list. Pure."""

from __future__ import annotations

from typing import Any

from mailman_suite.base import layout
from mailman_suite.base.quantities import counted
from mailman_suite.checks.model import Broken, Check, Expected, some
from mailman_suite.host.wire.checks import Rest, Routes, Runners, Smtp

# Core looks into most queues every second, into that of bounces every two minutes.
_STUCK_SECONDS = 900
# A runner that Core had to start again is watched this long before it counts as alive.
_STEADY_SECONDS = 30


def collections(found: Rest, expected: Expected) -> str:
    """Not only versions: they answer while every collection ends in an error (gates.md, B1)."""
    failed = [f"{name} {status}" for name, (status, _) in found["collections"].items()
              if status != 200]  # fmt: skip
    if failed or not found["collections"]:
        raise Broken(f"answers {some(failed) or 'nothing'}, expected 200; see Core's mailman.log")
    return some((f"{name}: {size}" for name, (_, size) in found["collections"].items()), 9)


def declared_lists(found: Rest, expected: Expected) -> str:
    """What group data declares exists; lists that owners created are not judged."""
    domains = [one for one in expected.domains if one not in found["domains"]]
    lists = [one for one in expected.lists if one not in found["lists"]]
    if domains or lists:
        raise Broken(f"{some([*domains, *lists])} missing; run deploys/mailman.py")
    found_lists = counted(len(expected.lists), "declared list")
    return f"{counted(len(expected.domains), 'domain')}, {found_lists}"


def runners(found: Runners, expected: Expected) -> str:
    """As many processes as Core's configuration starts; Core gives up after ten restarts."""
    masters, running = found["masters"], found["running"]
    if len(masters) != 1:
        raise Broken(f"{len(masters)} master processes, expected 1")
    missing = [
        f"{name} ({len(running.get(name, []))} of {count})"
        for name, count in found["configured"].items()
        if len(running.get(name, [])) < count
    ]
    if missing:
        raise Broken(f"missing: {some(missing)}; see Core's mailman.log, then restart Core")
    again = [
        f"{name} {age} s ago"
        for name, ages in running.items()
        for age in ages
        if age < _STEADY_SECONDS and masters[0] > age + _STEADY_SECONDS
    ]
    if again:
        raise Broken(f"Core restarted: {some(again)}; see Core's mailman.log")
    return f"{sum(found['configured'].values())} of {sum(found['configured'].values())}"


def lmtp(found: str, expected: Expected) -> str:
    """Postfix's side of the same conversation begins with this line."""
    if not found.startswith("220"):
        raise Broken(f"said {found!r}, expected 220")
    return str(found)


def smtp(found: Smtp, expected: Expected) -> str:
    """The Postfix that runs says so, not the one whose configuration is on the disk."""
    if not found["greeting"].startswith("220"):
        raise Broken(f"said {found['greeting']!r}, expected 220")
    return str(found["greeting"])


def recipients(found: Smtp, expected: Expected) -> str:
    """A message for a list, and one for a user of the host, would be taken."""
    refused = [f"{address}: {answer}" for address, answer in found["recipients"].items()
               if not answer.startswith("25")]  # fmt: skip
    if refused or not found["recipients"]:
        raise Broken(f"refused {some(refused)}" if refused else "could not ask for any recipient")
    return some(found["recipients"])


def routes(found: Routes, expected: Expected) -> str:
    """Every list is in the maps that `postconf` names, and so are local users."""
    if found["unrouted"]:
        raise Broken(f"no LMTP transport for {some(found['unrouted'])}; run `mailman aliases`")
    if found["unknown"]:
        raise Broken(f"unknown recipient {some(found['unknown'])}; run `mailman aliases`")
    if not found["root"]:
        raise Broken("local_recipient_maps does not contain the local user root")
    return "each has its LMTP transport; local users are found"


def no_failed_messages(found: dict[str, list[int]], expected: Expected) -> str:
    """A message in `shunt` or `bad` reached nobody, and nobody was notified.

    Those from before Core's last start wait for a person, whom an earlier run has notified.
    """
    if not found:
        raise Broken("neither shunt nor bad was seen")
    recent = [f"{new} in {name}" for name, (new, _) in found.items() if new]
    older = [f"{old} in {name} from before Core's start" for name, (_, old) in found.items() if old]
    if recent:
        raise Broken(f"{some(recent)}; see mailman.log, then `mailman unshunt` or remove them")
    return some(older) or "shunt and bad are empty"


def queues_move(found: dict[str, list[int]], expected: Expected) -> str:
    """Only `retry` may hold messages for long: it waits for other hosts."""
    counted = {name: one for name, one in found.items() if name not in ("shunt", "bad")}
    stuck = [f"{name} ({count}, oldest {age} s)" for name, (count, age) in counted.items()
             if age > _STUCK_SECONDS and name != "retry"]  # fmt: skip
    if stuck or not counted:
        raise Broken(f"messages wait in {some(stuck) or 'no queue at all'}")
    waiting = [f"{count} in {name}" for name, (count, _) in counted.items() if count]
    return some(waiting, 9) or "nothing waits"


def nothing_held(found: list[int], expected: Expected) -> str:
    """A window puts each message back into its queue, but where something stood in its way."""
    count, age = found
    if count:
        raise Broken(
            f"{counted(count, 'message')} in {layout.VAR}/queue-held, oldest {age} s; no runner "
            "sees them: remove what is in their way, then move them to their queues"
        )
    return "nothing is set aside"


def spool(found: Any, expected: Expected) -> str:
    """Core spools what HyperKitty refused: a wrong key, an old archiver, or the web was down."""
    count, age = found
    if count:
        raise Broken(f"{count} messages are not archived, oldest {age} s; see mailman.log")
    return "empty"


CHECKS = (
    Check("Core's REST collections answer", "check.core", "rest", collections, True),
    Check("Declared domains and lists exist", "check.core", "rest", declared_lists, True),
    Check("Every runner of Core is alive", "check.core", "runners", runners, True),
    Check("Core greets on LMTP", "check.core", "lmtp", lmtp, True),
    Check("Postfix greets on SMTP", "check.core", "smtp", smtp, True),
    Check("Postfix accepts mail for lists and users", "check.core", "smtp", recipients, True),
    Check("Postfix's maps contain every list", "check.core", "postfix", routes, True),
    Check("No message was shunted", "check.queues", "failed", no_failed_messages),
    Check("No message is stuck in a queue", "check.queues", "queues", queues_move),
    Check("No message is left from a window", "check.queues", "held", nothing_held),
    Check("The archiver's spool is empty", "check.queues", "spool", spool),
)
