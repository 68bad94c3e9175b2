"""Asks the edge's Postfix as a stranger would; changes nothing and judges nothing.

`look`: {"loopback", "smtp_port", "known": [address], "domains": [domain]} ->
        {"greeting", "known", "unknown"}: what it says to each address as the recipient of a
        message; whatever could not be observed is {"error": why}.
"""

from __future__ import annotations

import secrets
import socket
import time

from mailman_suite.host.base import verbs
from mailman_suite.host.check.conversation import observed, reply, said
from mailman_suite.host.wire.checks import EdgeObservations, EdgeQuestion

# Postfix itself waits some six seconds for Core's host before it answers.
_SECONDS = 30
# It says "later" while it asks Core's host, or the route there is only just up.
_PATIENCE = 20
_PAUSE = 2


def greeting(declared: EdgeQuestion) -> str:
    """The first line that Postfix says."""
    with connected(declared) as peer, peer.makefile("r") as lines:
        return reply(lines)


def answers(declared: EdgeQuestion, addresses: list[str]) -> dict[str, str]:
    """Address -> Postfix's final answer; all addresses share one timeout."""
    until = time.monotonic() + _PATIENCE
    return {address: settled(declared, address, until) for address in addresses}


def settled(declared: EdgeQuestion, address: str, until: float) -> str:
    """The first answer that is not "later", or the last one before time is up."""
    while True:
        answer = asked(declared, address)
        if not answer.startswith("4") or time.monotonic() > until:
            return answer
        time.sleep(_PAUSE)


def asked(declared: EdgeQuestion, address: str) -> str:
    """What Postfix says to the address as a recipient.

    Nothing is sent: the conversation ends before any content.
    """
    with connected(declared) as peer, peer.makefile("rw") as lines:
        reply(lines)
        for word in (f"EHLO {socket.getfqdn()}", "MAIL FROM:<>"):
            said(lines, word)
        answer = said(lines, f"RCPT TO:<{address}>")
        said(lines, "QUIT")
    return answer


def connected(declared: EdgeQuestion) -> socket.socket:
    """A connection to the SMTP server of this host."""
    place = (declared["loopback"], declared["smtp_port"])
    return socket.create_connection(place, timeout=_SECONDS)


def unheard_of(domain: str) -> str:
    """An address that nobody has and nobody asked about: there is no cached answer for it."""
    return f"nobody-{secrets.token_hex(8)}@{domain}"


def look(declared: EdgeQuestion) -> EdgeObservations:
    """Everything that the edge says to a stranger."""
    unknown = [unheard_of(domain) for domain in declared["domains"]]
    return {
        "greeting": observed(greeting, declared),
        "known": observed(answers, declared, declared["known"]),
        "unknown": observed(answers, declared, unknown),
    }


if __name__ == "__main__":
    verbs.main({"look": look})
