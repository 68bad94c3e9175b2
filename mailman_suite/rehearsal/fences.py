"""The three fences that keep a rehearsal's mail on its host, each sufficient by itself. Pure.

Core and web send only to this host (their own configuration), Postfix defers all mail that is not
for this host, and the packet filter rejects what the suite's and Postfix's accounts send.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailman_suite.base import layout
from mailman_suite.base.declared_files import DeclaredFiles, ManagedFile
from mailman_suite.host.wire.rehearsal import FencesQuestion
from mailman_suite.suite.rendering import rendered
from mailman_suite.suite.suite import Suite

# SMTP, submission with and without TLS, LMTP, and what providers offer where these are closed.
_MAIL_PORTS = (24, 25, 465, 587, 2525)
_KEPT = "retry:4.3.0 a rehearsal keeps its mail"
# Every transport by which mail leaves Postfix. Clients get a temporary error, so that they keep
# their mail, and the queue keeps what it has, for people to read; a discarding transport would lose
# it. The longest lifetime, because a bounce would be another message.
POSTFIX = {
    "default_transport": _KEPT,
    "relay_transport": _KEPT,
    "virtual_transport": _KEPT,
    "sender_dependent_default_transport_maps": "",
    "fallback_transport": "",
    "maximal_queue_lifetime": "100d",
}
_CORE = f"{layout.ETC}/_fence.cfg"
_WEB = f"{layout.ETC}/_fence.py"


def packet_filter(addresses: Sequence[str]) -> str:
    """The rules for nft, which replace an earlier version; `addresses` are production's."""
    four = [one for one in addresses if ":" not in one]
    six = [one for one in addresses if ":" in one]
    rules = [
        'oifname "lo" accept',
        *([f"ip daddr {{ {', '.join(four)} }} counter reject"] if four else []),
        *([f"ip6 daddr {{ {', '.join(six)} }} counter reject"] if six else []),
        "ct direction reply accept",  # answers to clients: browsers, SSH, a post by SMTP
        f'meta skuid {{ "{layout.USER}", "postfix" }} counter reject',
        f"tcp dport {{ {', '.join(map(str, _MAIL_PORTS))} }} counter reject with tcp reset",
    ]
    table = f"table inet {layout.FENCE_TABLE}"
    lines = ["type filter hook output priority filter; policy accept;", *rules]
    chain = "".join(f"        {line}\n" for line in lines)
    return f"{table}\ndelete {table}\n{table} {{\n    chain output {{\n{chain}    }}\n}}\n"


def files(suite: Suite, addresses: Sequence[str]) -> DeclaredFiles:
    """The packet filter's rules and the unit that loads them at boot."""
    unit = f"{layout.UNITS}/{layout.FENCE_UNIT}"
    return DeclaredFiles(
        files=(
            ManagedFile(layout.FENCE_FILTER, packet_filter(addresses)),
            ManagedFile(unit, rendered(unit, suite)),
        ),
        checks=(("nft", "-c", "-f", layout.FENCE_FILTER),),
    )


def appended(suite: Suite) -> dict[str, str]:
    """The lines appended to the copied configuration before anything that reads it starts."""
    return {
        layout.CORE_CONFIG: f"\n{rendered(_CORE, suite)}",
        layout.WEB_SETTINGS: f"\n{rendered(_WEB, suite)}",
    }


def question(suite: Suite) -> FencesQuestion:
    """The arguments of `host/inspect/fences.py`."""
    texts = appended(suite)
    return {
        "table": layout.FENCE_TABLE,
        "unit": layout.FENCE_UNIT,
        "postfix": POSTFIX,
        "files": {
            "Core": {"path": layout.CORE_CONFIG, "text": texts[layout.CORE_CONFIG]},
            "web": {"path": layout.WEB_SETTINGS, "text": texts[layout.WEB_SETTINGS]},
        },
    }
