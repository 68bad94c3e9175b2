"""Postfix's parameters for a suite whose mail arrives and leaves through another host. Pure.

Core's host keeps a Postfix with Core's maps (`postfix.py`). The edge is the MX of the lists'
domains, relays their mail to Core's host and sends outgoing mail. It asks Core's host which
addresses exist, and so refuses others: https://www.postfix.org/ADDRESS_VERIFICATION_README.html

The suite's entries are inline maps that begin with `_MARK`: no map file can be missing, and entries
of an earlier run are distinct from an operator's. Neither `recipient_delimiter` nor
`owner_request_special` matters here, because whole domains are routed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailman_suite.parts.mta.postfix import entries

# RFC 2606: no client and no domain has this name.
_MARK = "mailman-suite.invalid"
_OURS = f"inline:{{ {{{_MARK} = "
_CHECK = "check_recipient_access"

# Maps that accept every recipient while they are empty; an entry of the suite's would end that.
_EMPTY_MEANS_ALL = ("relay_recipient_maps", "local_recipient_maps")
# Whether Core's host knows an address is asked again after a minute if it did not, or did not
# answer; Postfix's default of three days would refuse a list that was created meanwhile.
_ANSWERS = {
    "unverified_recipient_reject_code": "550",
    "address_verify_negative_expire_time": "60s",
}
EDGE_PARAMETERS = (
    "relay_domains",
    "transport_maps",
    "mynetworks",
    "smtpd_recipient_restrictions",
    *_EMPTY_MEANS_ALL,
    *_ANSWERS,
)
WAY_OUT_PARAMETERS = ("relayhost", "mynetworks")


@dataclass(frozen=True)
class Edge:
    """The domains that the edge accepts, the host that it relays them to, and who may relay out."""

    domains: tuple[str, ...]
    core: str
    senders: tuple[str, ...]


def edge_changes(current: Mapping[str, str], edge: Edge) -> dict[str, str]:
    """The parameters to set on the edge, from what `postconf` prints for `EDGE_PARAMETERS`."""
    everyone = [f"@{domain}" for domain in edge.domains]
    wanted = {
        "relay_domains": _with_ours(current["relay_domains"], edge.domains, "ours"),
        "transport_maps": _routing(current["transport_maps"], edge),
        "mynetworks": _with_ours(current["mynetworks"], edge.senders, "ours"),
        "smtpd_recipient_restrictions": _verifying(
            current["smtpd_recipient_restrictions"], edge.domains
        ),
        **{name: _beside_others(current[name], everyone) for name in _EMPTY_MEANS_ALL},
        **_ANSWERS,
    }
    return _different(wanted, current)


def way_out_changes(
    current: Mapping[str, str], way_out: str, senders: Iterable[str], written: str
) -> dict[str, str]:
    """The parameters to set on Core's host, from what `postconf` prints for `WAY_OUT_PARAMETERS`.

    Without `way_out`, a `relayhost` is removed only if an earlier run has `written` it.
    """
    stays = "" if current["relayhost"] == written else current["relayhost"]
    wanted = {
        "relayhost": bracketed(way_out) or stays,
        "mynetworks": _with_ours(current["mynetworks"], senders, "ours"),
    }
    return _different(wanted, current)


def bracketed(address: str) -> str:
    """An address as Postfix's next hop, without a DNS lookup."""
    return f"[{address}]" if address else ""


def _different(wanted: Mapping[str, str], current: Mapping[str, str]) -> dict[str, str]:
    """The parameters whose entries, or their order, are not as wanted."""
    return {
        name: value for name, value in wanted.items() if entries(value) != entries(current[name])
    }


def _with_ours(value: str, keys: Iterable[str], result: str) -> str:
    """A list parameter with the entries of others, and ours last, if there are keys."""
    return ", ".join([*_others(value), *_inline(keys, result)])


def _beside_others(value: str, keys: Iterable[str]) -> str:
    """As `_with_ours` if others have entries; otherwise empty, as it was."""
    return _with_ours(value, keys, "ours") if _others(value) else ""


def _routing(value: str, edge: Edge) -> str:
    """Maps of others after ours, because the route of these domains is declared.

    The transport `relay` is for incoming mail, which does not wait for outgoing mail.
    """
    return ", ".join([*_inline(edge.domains, f"relay:{bracketed(edge.core)}"), *_others(value)])


def _verifying(value: str, domains: Iterable[str]) -> str:
    """Restrictions of others after ours, which never accepts anything.

    After a `permit_mynetworks` unknown addresses would pass, even in this host's own verification.
    """
    words: list[str] = []
    for word in entries(value):
        if _is_ours(word):
            del words[-1:]
        else:
            words.append(word)
    return " ".join([_CHECK, *_inline(domains, "reject_unverified_recipient"), *words])


def _others(value: str) -> list[str]:
    return [entry for entry in entries(value) if not _is_ours(entry)]


def _is_ours(entry: str) -> bool:
    return entry.startswith(_OURS)


def _inline(keys: Iterable[str], result: str) -> list[str]:
    """The one map that gives each key this result; none without keys."""
    pairs = [f"{{{key} = {result}}}" for key in (_MARK, *keys)]
    return [f"inline:{{ {' '.join(pairs)} }}"] if len(pairs) > 1 else []
