"""Postfix's parameters with which Mailman gets its mail. Pure.

Upstream's Postfix documentation has the lines; here they are merged with the present values,
because a host's other mail must be delivered as before.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailman_suite.base import layout
from mailman_suite.parts.mta.model import Mta

ANSWER = Mta(
    name="postfix",
    title="Postfix",
    packages={"apt": ("postfix",), "dnf": ("postfix",)},
    unit="postfix.service",
    processes=("postfix",),
    configuration=layout.POSTFIX_MAIN,
    pid_file="/var/spool/postfix/pid/master.pid",
    transport="lmtp",
)

# The type of map that `postmap`, and so Core, makes on the host.
_LMTP = f"${{default_database_type}}:{layout.LMTP_MAP}"
_DOMAINS = f"${{default_database_type}}:{layout.DOMAINS_MAP}"

_FIXED = {
    "recipient_delimiter": "+",
    "owner_request_special": "no",
    "unknown_local_recipient_reject_code": "550",
}
_MAPS = {
    "transport_maps": _LMTP,
    "local_recipient_maps": _LMTP,
    "relay_domains": _DOMAINS,
    "relay_recipient_maps": _LMTP,
}
PARAMETERS = (*_FIXED, *_MAPS)


def changes(current: Mapping[str, str]) -> dict[str, str]:
    """The parameters to set, from the values that `postconf` prints for `PARAMETERS`.

    A delimiter that already holds `+` stays. A host that relays for other domains without a list of
    their recipients keeps doing so: with only the suite's list, it would refuse all their mail.
    """
    wanted = {name: value for name, value in _FIXED.items() if current[name] != value}
    if "+" in current["recipient_delimiter"]:
        wanted.pop("recipient_delimiter", None)
    for name, mapping in _MAPS.items():
        if mapping not in entries(current[name]) and not _relays_blindly(name, current):
            wanted[name] = ", ".join([*entries(current[name]), mapping])
    return wanted


def _relays_blindly(name: str, current: Mapping[str, str]) -> bool:
    if name != "relay_recipient_maps" or entries(current["relay_recipient_maps"]):
        return False
    others = [entry for entry in entries(current["relay_domains"]) if entry != _DOMAINS]
    return bool(others) and not others[0].startswith("${{$compatibility_level}")


def entries(value: str) -> list[str]:
    """The parts of a list parameter; spaces inside braces do not separate."""
    parts, depth = [""], 0
    for character in value:
        depth += (character == "{") - (character == "}")
        if depth == 0 and (character.isspace() or character == ","):
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part]
