"""Checks of the host that accepts the lists' mail from the world for Core's host. Pure."""

from __future__ import annotations

from mailman_suite.base import layout
from mailman_suite.checks.model import Broken, Check, Expected, some
from mailman_suite.host.wire.checks import EdgeQuestion
from mailman_suite.settings import Settings

# A domain or list too many is a second too many; what is true of these is true of the others.
_MOST = 3


def edge_question(settings: Settings) -> EdgeQuestion:
    """The arguments of `host/check/edge.py`."""
    return {
        "loopback": layout.LOOPBACK,
        "smtp_port": layout.SMTP_PORT,
        "known": [one.address for one in settings.lists[:_MOST]],
        "domains": settings.domains[:_MOST],
    }


def greets(found: str, expected: Expected) -> str:
    """The Postfix that runs says so, not the one whose configuration is on the disk."""
    if not found.startswith("220"):
        raise Broken(f"said {found!r}, expected 220")
    return str(found)


def takes_lists(found: dict[str, str], expected: Expected) -> str:
    """A message for each of the first declared lists would be taken; without one none is asked."""
    declared = expected.lists[:_MOST]
    unasked = [one for one in declared if one not in found]
    if unasked:
        raise Broken(f"{some(unasked)} not asked for")
    refused = [f"{address}: {answer}" for address, answer in found.items()
               if not answer.startswith("25")]  # fmt: skip
    if refused:
        raise Broken(f"{some(refused)}; {_remedy(refused)}")
    return some(found) or "no list is declared"


def refuses_unknown(found: dict[str, str], expected: Expected) -> str:
    """For good, and at once: a later bounce would go to a forged sender."""
    asked = [address.rpartition("@")[2] for address in found]
    unasked = [one for one in expected.domains[:_MOST] if one not in asked]
    if unasked or not asked:
        raise Broken(f"{some(unasked) or 'no domain'} not asked for")
    taken = [f"{address}: {answer}" for address, answer in found.items()
             if not answer.startswith("550")]  # fmt: skip
    if taken:
        raise Broken(f"{some(taken)}, expected 550; {_remedy(taken)}")
    return f"550 in {some(asked)}"


def _remedy(answers: list[str]) -> str:
    if any(": 4" in answer for answer in answers):
        return "see whether Postfix runs on Core's host and this one reaches it"
    return "run deploys/mailman.py for Core's host and for this one"


CHECKS = (
    Check("The MTA greets on SMTP", "check.edge", "greeting", greets, True),
    Check("The MTA accepts mail for lists", "check.edge", "known", takes_lists, True),
    Check("The MTA refuses unknown addresses of lists", "check.edge", "unknown",
            refuses_unknown, True),
)  # fmt: skip
