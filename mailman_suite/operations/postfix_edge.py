"""Lists' mail comes in by the edge and leaves by it; all other mail keeps its way."""

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

# `postfix.wired` may have kept what the operator wrote in this very second.
_AFTER_WIRED = "%Y%m%dT%H%M%S.%N"


@operation()
def edge(
    domains: Iterable[str], core: str, senders: Iterable[str]
) -> Generator[StringCommand, None, None]:
    """Mail for the domains goes to Core's host, addresses unknown there are refused.

    Mail of the senders may leave. What is here for others stays.
    """
    current = host.get_fact(PostfixParameters, names=EDGE_PARAMETERS)
    declared = Edge(tuple(domains), core, tuple(senders))
    wanted = edge_changes(current or dict.fromkeys(EDGE_PARAMETERS, ""), declared)
    if not wanted:
        host.noop("Postfix relays the lists' domains to Core's host, and out for the suite's hosts")
        return
    yield checked(wanted)


@operation()
def leaves_by(way_out: str, senders: Iterable[str]) -> Generator[StringCommand, None, None]:
    """Mail leaves by the host `way_out`, and by this one where that is empty.

    Mail of the senders may leave by this host. A `relayhost` that we wrote earlier goes with the
    declaration; one that an operator wrote gives way to a declared host alone.
    """
    current = host.get_fact(PostfixParameters, names=WAY_OUT_PARAMETERS)
    found = current or dict.fromkeys((*WAY_OUT_PARAMETERS, WRITTEN), "")
    wanted = way_out_changes(found, way_out, senders, found[WRITTEN])
    declared = bracketed(way_out)
    if not wanted and found[WRITTEN] == declared:
        host.noop(f"mail leaves by {found['relayhost'] or 'this host itself'}")
        return
    if declared and found[WRITTEN] != declared:
        # Before it stands in main.cf: a run that ends in between must still know it as ours.
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
