"""Checks the running suite as its users would, and fails the host if a check is broken."""

from __future__ import annotations

import time
from collections.abc import Generator

from pyinfra import host, logger
from pyinfra.api import QuoteString, StringCommand, operation

from mailman_suite.base import layout
from mailman_suite.checks.model import Observations as Observed
from mailman_suite.checks.model import Verdict, broken, summary, table
from mailman_suite.checks.verification import questions, verdicts
from mailman_suite.facts.verify import Observations
from mailman_suite.suite.suite import Suite

# Core needs about 13 seconds from its start until REST answers; a slow disk may triple that.
_PATIENCE_SECONDS = 90
_PAUSE_SECONDS = 5


@operation()
def answers(suite: Suite) -> Generator[StringCommand, None, None]:
    """Every check of the suite passes; prints them all, and fails the host for a broken one."""
    if not host.state.is_executing:
        # A plan must not judge a host by the state that the run is about to change.
        host.noop("the checks run later, when the run reaches this step")
        return
    found = _settled(suite)
    _print(found)
    if broken(found):
        yield StringCommand("echo", QuoteString(summary(found)), ">&2; exit 1")
    else:
        host.noop(summary(found))


def _settled(suite: Suite) -> list[Verdict]:
    """The verdicts, once services that have just been started had time to get ready."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        observed = host.get_fact(Observations, questions=questions(suite))
        found = verdicts(suite, observed)
        starting = sorted(one.sentence for one in broken(found) if one.settles)
        age = _youngest(observed)
        if not starting or age is None or age > _PATIENCE_SECONDS or time.monotonic() > deadline:
            return found
        logger.info(
            f"{host.print_prefix}a service started {age} s ago, waiting for: {starting[0]}"
            + (f" and {len(starting) - 1} more" if len(starting) > 1 else "")
        )
        time.sleep(_PAUSE_SECONDS)


def _youngest(observed: Observed) -> int | None:
    """Seconds since the host booted, or since the suite's youngest running service started."""
    system = observed.get("check.system", {})
    units = system.get("units", {})
    ages = [units[name].get("age") for name in layout.SERVICES if name in units
            and units[name].get("ActiveState") in ("active", "activating")]  # fmt: skip
    return min((age for age in [system.get("booted"), *ages] if age is not None), default=None)


def _print(found: list[Verdict]) -> None:
    for line in table(found):
        logger.info(f"{host.print_prefix}{line}")
