"""Postfix in front of Core: LMTP for lists, and nothing changed for other mail."""

from pyinfra.api import deploy

from mailman_suite.operations import postfix
from mailman_suite.suite import Suite


@deploy("MTA")
def delivers_to_core(suite: Suite) -> None:
    """Postfix routes the lists' addresses to Core and knows which ones exist."""
    postfix.wired(name="Postfix' parameters name Core's maps")
