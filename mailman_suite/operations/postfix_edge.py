"""The edge accepts and sends the lists' mail; all other mail is delivered as before."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from mailman_suite.base import layout
from mailman_suite.facts.postfix import WRITTEN, PostfixParameters
from mailman_suite.operations.postfix import checked
from mailman_suite.parts.mta.postfix_edge import (
    EDGE_PARAMETERS,
    WAY_OUT_PARAMETERS,
    Edge,
    bracketed,
    edge_changes,
    way_out_changes,
)

# `postfix.wired` may have kept the operator's file in the same second.
_AFTER_WIRED = "%Y%m%dT%H%M%S.%N"


@operation()
def edge(
    domains: Iterable[str], core: str, senders: Iterable[str]
) -> Generator[StringCommand, None, None]:
    """Mail for the domains is relayed to Core's host; addresses unknown there are refused.

    The senders may relay outgoing mail. Other configuration stays.
    """
    current = host.get_fact(PostfixParameters, names=EDGE_PARAMETERS)
    declared = Edge(tuple(domains), core, tuple(senders))
    wanted = edge_changes(current or dict.fromkeys(EDGE_PARAMETERS, ""), declared)
    if not wanted:
        host.noop("Postfix relays the lists' mail to Core's host, and the suite's outgoing mail")
        return
    yield checked(wanted)


@operation()
def leaves_by(way_out: str, senders: Iterable[str]) -> Generator[StringCommand, None, None]:
    """Outgoing mail leaves through the host `way_out`, or directly if that is empty.

    The senders may relay through this host. A `relayhost` that an earlier run wrote is removed with
    its declaration; one that an operator wrote is only replaced by a declared host.
    """
    current = host.get_fact(PostfixParameters, names=WAY_OUT_PARAMETERS)
    found = current or dict.fromkeys((*WAY_OUT_PARAMETERS, WRITTEN), "")
    wanted = way_out_changes(found, way_out, senders, found[WRITTEN])
    declared = bracketed(way_out)
    if not wanted and found[WRITTEN] == declared:
        way = f"through {found['relayhost']}" if found["relayhost"] else "directly"
        host.noop(f"outgoing mail leaves {way}")
        return
    if declared and found[WRITTEN] != declared:
        # Before it is in main.cf: after a run that ends in between, the next must know it as ours.
        yield _noted(declared)
    if wanted:
        yield checked(wanted, moment=_AFTER_WIRED)
    if found[WRITTEN] and not declared:
        yield StringCommand("rm -f", layout.POSTFIX_WAY_OUT)


def _noted(relayhost: str) -> StringCommand:
    new = f"{layout.POSTFIX_WAY_OUT}.new"
    return StringCommand(
        "echo", QuoteString(relayhost), f"> {new} && mv {new} {layout.POSTFIX_WAY_OUT}"
    )
