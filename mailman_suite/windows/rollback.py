"""Which earlier state a suite can be rolled back to, and how. Pure but for `chosen`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyinfra import logger
from pyinfra.api.host import Host

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal, Refused
from mailman_suite.facts.kept_windows import QUESTION, Counts, KeptWindows
from mailman_suite.host.window.rollback import given_up
from mailman_suite.host.wire.kept import KeptWindow as Kept
from mailman_suite.host.wire.order import Order
from mailman_suite.host.wire.sides import Side
from mailman_suite.host.wire.units import DeclaredUnit, DeclaredUnits
from mailman_suite.inspection.standing import standing
from mailman_suite.parts.database.connections import connections
from mailman_suite.suite.suite import Suite
from mailman_suite.windows import backup, upgrade

_DATA: dict[Side, str] = {"core": "data of Core", "web": "data of the web"}
# Not put back: it may contain newer entries of others.
_STAYS = (layout.POSTFIX_MAIN,)
# Neither are these: they call the programs that the newest window and backup brought.
_OWN_UNITS = [Path(path).name for path in (*upgrade.UNIT_FILES, *backup.UNIT_FILES)]


@dataclass(frozen=True)
class Rollback:
    """The suite to roll back, and the window to whose beginning it is rolled back."""

    suite: Suite
    to: Kept


def chosen(host: Host) -> Rollback:
    """What `mailman_rollback` names; says what it gives up. Raises `Refused` before any change."""
    suite = standing(host)
    kept = host.get_fact(KeptWindows, arguments=QUESTION)["windows"]
    reasons = refusals(suite, kept)
    if reasons:
        raise Refused(host.name, reasons)
    (to,) = (one for one in kept if one["id"] == suite.settings.rollback)
    for line in [f"rolling back to {described(to)}", *_losses(host, to), _afterwards(to)]:
        logger.info(f"{host.print_prefix}{line}")
    return Rollback(suite, to)


def _losses(host: Host, to: Kept) -> list[str]:
    if not to["data"]:
        return ["that window changed no data: databases and mail are not changed"]
    counts = host.get_fact(Counts, directory=to["directory"], databases=to["databases"])
    if not counts["now"]:
        return ["the losses could not be counted; the window counts again"]
    lost = given_up(counts["now"], counts["then"])
    if not lost:
        return ["nothing that is counted changed since"]
    return ["what this gives up, before the rollback and after:", *(f"    {one}" for one in lost)]


def _afterwards(to: Kept) -> str:
    """What the next run does, since group data still names the newer release."""
    return (
        f"afterwards {to['from']} runs; deploys/mailman.py then refuses to change it until "
        "group data declares or acknowledges it, and prints the line"
    )


def described(kept: Kept) -> str:
    """One line about a window: id, when, from where to where, and what it kept."""
    whose = [_DATA[side] for side in kept["data"]]
    what = " and ".join([*(["data"] if len(whose) == len(_DATA) else whose), "configuration"])
    return f"{kept['id']}: {what} of {kept['from']} on {kept['made']}, before {kept['to']}"


def refusals(suite: Suite, kept: Sequence[Kept]) -> list[Refusal]:
    """Every reason not to roll back to what `mailman_rollback` names."""
    named = [one for one in kept if one["id"] == suite.settings.rollback]
    if not named:
        return [_unnamed(suite.settings.rollback, kept)]
    return [*_impossible(suite, named[0]), *_passed_over(named[0], kept)]


def _unnamed(wanted: str, kept: Sequence[Kept]) -> Refusal:
    listed = "".join(f"\n                 {described(one)}" for one in kept)
    return Refusal(
        found=f"mailman_rollback = {wanted!r}",
        expected=f"the id of a window that kept what was before it:{listed or ' there is none'}",
        remedy="name it: make rollback HOST=NAME WINDOW=ID, or pyinfra with --data "
        "mailman_rollback=ID",
    )


def _impossible(suite: Suite, to: Kept) -> Iterator[Refusal]:
    if to["renamed"]:  # what it ran from is not missing: the packages still have it
        yield Refusal(
            found="that window moved the suite away from the distribution's packages and renamed "
            "their data",
            expected=f"a window that began with a suite under {layout.HOME}",
            remedy="choose a newer window; this one's snapshot is in "
            f"{to['directory']}/snapshot, for another host with those packages",
        )
    elif to["missing"]:
        yield Refusal(
            found=f"{', '.join(to['missing'])} is gone",
            expected=f"the files that {to['from']} ran from",
            remedy="choose a newer window",
        )
    if to["databases"] != connections(suite.settings):
        yield Refusal(
            found="group data names other databases than at the time of that window",
            expected="the same databases",
            remedy="set the mailman_database settings back, or restore a backup",
        )
    if to["other_passwords"]:
        yield Refusal(
            found=f"{', '.join(to['other_passwords'])} was changed since",
            expected="the database passwords of that time, which its configuration contains",
            remedy="set the old passwords again (docs/runbooks/change-a-secret.md), or restore a "
            "backup",
        )


def _passed_over(to: Kept, kept: Sequence[Kept]) -> Iterator[Refusal]:
    """Data that a window did not keep fits its state only while no later window changed them."""
    lacks = {side: words for side, words in _DATA.items() if side not in to["data"]}
    later = [one for one in kept if one["id"] > to["id"] and lacks.keys() & set(one["data"])]
    if later:
        what = " and ".join(lacks.values()) if to["data"] else "data"
        yield Refusal(
            found=f"{to['id']} kept no {what}, and {later[-1]['id']} changed data after it",
            expected="a window that kept data and configuration",
            remedy=f"roll back to {later[-1]['id']} first",
        )


def order(rollback: Rollback, units: DeclaredUnits) -> Order:
    """The content of `order.json`.

    `units` is what `host/apply/units.py apply` gets on this host while the newer release runs.
    """
    suite, to = rollback.suite, rollback.to
    usual = upgrade.order(suite, upgrade.new_id("rollback"), units)
    return {
        **usual,
        "kind": "rollback",
        "from": suite.running,
        "to": to["from"],
        "python": f"{layout.RELEASES}/{suite.running}/venv/bin/python",
        "past": to["directory"],
        "past_paths": [path for path in to["paths"] if path not in _STAYS],
        "own_units": _OWN_UNITS,
        "paths": sorted({*usual["paths"], *to["paths"]}),
        "by_hand": {"units": [], "sites": [], "aside": {}, "moved": {}, "returned": to["aside"]},
        "units": {**usual["units"], "web": sorted({*usual["units"]["web"], *to["units"]["web"]})},
        "starts": _services(to),
        "declared_units": _units(to, units),
        "afterwards": [_afterwards(to)],
        "cache": layout.WEB_CACHE,
    }


def _services(to: Kept) -> list[str]:
    """Of what ran then, all that answers; the worker and the timers wait for the commit."""
    waits = {*to["units"]["timers"], *to["units"]["jobs"], layout.QCLUSTER_UNIT}
    return [name for name in to["running"] if name not in waits]


def _units(to: Kept, units: DeclaredUnits) -> DeclaredUnits:
    """What runs after the commit: what ran then, and the proxy and the MTA with their files."""
    suites = {*to["units"]["core"], *to["units"]["web"], *to["units"]["timers"]}
    others = {
        name: one
        for name, one in units["units"].items()
        if name.endswith(".service") and name not in suites and name not in layout.SERVICES
    }
    then: dict[str, DeclaredUnit] = {
        name: {
            "state": "waiting" if name.endswith((".timer", ".path")) else "running",
            "inputs": [],
            "reload": False,
            "pid_file": "",
        }
        for name in to["running"]
        if name not in to["units"]["jobs"]
    }
    return {**units, "units": {**then, **others}}
