"""Core's maps are merged into Postfix' parameters; what other mail needs stays."""

from __future__ import annotations

import pytest

from mailman_suite.parts.mta.postfix import PARAMETERS, changes

LMTP = "${default_database_type}:/opt/mailman/mm/var/data/postfix_lmtp"
DOMAINS = "${default_database_type}:/opt/mailman/mm/var/data/postfix_domains"
# What `postconf` prints on a fresh Debian 12, where nobody has set anything.
FRESH = {
    "recipient_delimiter": "+",
    "owner_request_special": "yes",
    "unknown_local_recipient_reject_code": "550",
    "transport_maps": "",
    "local_recipient_maps": "proxy:unix:passwd.byname $alias_maps",
    "relay_domains": "${{$compatibility_level} <level {2} ? {$mydestination} :}",
    "relay_recipient_maps": "",
}


def test_a_fresh_host_gets_cores_maps_beside_its_own():
    assert changes(FRESH) == {
        "owner_request_special": "no",
        "transport_maps": LMTP,
        "local_recipient_maps": f"proxy:unix:passwd.byname, $alias_maps, {LMTP}",
        "relay_domains": "${{$compatibility_level} <level {2} ? {$mydestination} :}, " + DOMAINS,
        "relay_recipient_maps": LMTP,
    }


@pytest.mark.parametrize(
    "start",
    [
        FRESH,
        dict.fromkeys(PARAMETERS, ""),
        {**FRESH, "relay_domains": "other.test", "relay_recipient_maps": ""},
        {**FRESH, "transport_maps": "hash:/etc/postfix/transport,\n hash:/b", "relay_domains": ""},
    ],
    ids=["fresh", "unset", "relays blindly", "has maps"],
)
def test_a_second_look_finds_nothing_to_change(start: dict[str, str]):
    assert changes({**start, **changes(start)}) == {}


def test_maps_of_others_come_first_and_stay():
    current = {**FRESH, "transport_maps": "hash:/etc/postfix/transport,regexp:/etc/postfix/r"}
    assert changes(current)["transport_maps"] == (
        f"hash:/etc/postfix/transport, regexp:/etc/postfix/r, {LMTP}"
    )


def test_braces_hold_an_entry_together():
    current = {**FRESH, "local_recipient_maps": "inline:{ {a = b}, {c = d} } $alias_maps"}
    assert changes(current)["local_recipient_maps"] == (
        f"inline:{{ {{a = b}}, {{c = d}} }}, $alias_maps, {LMTP}"
    )


def test_a_host_that_relays_without_a_list_of_recipients_keeps_doing_so():
    current = {**FRESH, "relay_domains": "other.test", "relay_recipient_maps": ""}
    wanted = changes(current)
    assert "relay_recipient_maps" not in wanted
    assert wanted["relay_domains"] == f"other.test, {DOMAINS}"


def test_a_host_that_relays_with_a_list_of_recipients_gets_ours_beside_it():
    current = {**FRESH, "relay_domains": "other.test", "relay_recipient_maps": "hash:/r"}
    assert changes(current)["relay_recipient_maps"] == f"hash:/r, {LMTP}"


@pytest.mark.parametrize(
    ("delimiter", "wanted"), [("+", None), ("+-", None), ("-+", None), ("-", "+"), ("", "+")]
)
def test_a_delimiter_that_holds_a_plus_stays(delimiter: str, wanted: str | None):
    assert changes({**FRESH, "recipient_delimiter": delimiter}).get("recipient_delimiter") == wanted
