"""Postfix in front of Core: LMTP for lists, and nothing changed for other mail."""

from pyinfra.api import deploy

from mailman_suite.operations import postfix, postfix_edge
from mailman_suite.settings import Settings
from mailman_suite.suite.suite import Suite


@deploy("MTA")
def delivers_to_core(suite: Suite) -> None:
    """Postfix routes the lists' addresses to Core and knows which ones exist.

    In a suite on several hosts, the MTA's host relays them to Core's host and sends outgoing mail.
    """
    settings = suite.settings
    if settings.runs("core"):
        postfix.wired(name="Postfix's parameters name Core's maps")
    if settings.role == "core":
        postfix_edge.leaves_by(
            name="Outgoing mail leaves through the declared host",
            way_out=settings.way_out,
            senders=_senders_through_core(settings),
        )
    if settings.role == "mta":
        postfix_edge.edge(
            name="Postfix relays the lists' mail to Core's host, and the suite's outgoing mail",
            domains=settings.domains,
            core=settings.addresses("core")[0],
            senders=[*settings.addresses("core"), *settings.addresses("web")],
        )


def _senders_through_core(settings: Settings) -> list[str]:
    """The web hosts, if no other host sends their mail."""
    return [] if settings.addresses("mta") else settings.addresses("web")
