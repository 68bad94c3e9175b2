"""The edge's parameters are merged into what stands there; ours follow the declaration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailman_suite.parts.mta.postfix_edge import Edge, edge_changes, way_out_changes

EDGE = Edge(("lists.unit.test",), "10.0.0.11", ("10.0.0.11", "10.0.0.12"))
LOCAL = "127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128"
# What `postconf` prints on a fresh Debian 12, where nobody has set anything.
FRESH = {
    "relay_domains": "${{$compatibility_level} <level {2} ? {$mydestination} :}",
    "transport_maps": "",
    "mynetworks": LOCAL,
    "smtpd_recipient_restrictions": "",
    "relay_recipient_maps": "",
    "local_recipient_maps": "proxy:unix:passwd.byname $alias_maps",
    "unverified_recipient_reject_code": "450",
    "address_verify_negative_expire_time": "3d",
}
OPERATORS = {
    **FRESH,
    "relay_domains": "relayed.test, hash:/r",
    "transport_maps": "hash:/etc/postfix/transport, inline:{ {a.test = smtp:[b.test]} }",
    "mynetworks": "127.0.0.0/8, 192.0.2.0/24",
    "smtpd_recipient_restrictions": "permit_mynetworks, check_recipient_access hash:/refused,\n"
    " reject_unauth_destination",
    "relay_recipient_maps": "hash:/relayed",
}
MARK = "mailman-suite.invalid"
DOMAINS = f"inline:{{ {{{MARK} = ours}} {{lists.unit.test = ours}} }}"
EVERYONE = f"inline:{{ {{{MARK} = ours}} {{@lists.unit.test = ours}} }}"
HOSTS = f"inline:{{ {{{MARK} = ours}} {{10.0.0.11 = ours}} {{10.0.0.12 = ours}} }}"
ROUTES = (
    f"inline:{{ {{{MARK} = relay:[10.0.0.11]}} {{lists.unit.test = relay:[10.0.0.11]}} }}"
)  # fmt: skip
VERIFIED = (
    f"check_recipient_access inline:{{ {{{MARK} = reject_unverified_recipient}}"
    " {lists.unit.test = reject_unverified_recipient} }"
)


def after(current: dict[str, str], edge: Edge = EDGE) -> dict[str, str]:
    return {**current, **edge_changes(current, edge)}


def test_a_fresh_host_becomes_the_edge():
    assert edge_changes(FRESH, EDGE) == {
        "relay_domains": f"{FRESH['relay_domains']}, {DOMAINS}",
        "transport_maps": ROUTES,
        "mynetworks": f"127.0.0.0/8, [::ffff:127.0.0.0]/104, [::1]/128, {HOSTS}",
        "smtpd_recipient_restrictions": VERIFIED,
        "local_recipient_maps": f"proxy:unix:passwd.byname, $alias_maps, {EVERYONE}",
        "unverified_recipient_reject_code": "550",
        "address_verify_negative_expire_time": "60s",
    }


def test_what_an_operator_wrote_stays():
    assert edge_changes(OPERATORS, EDGE) == {
        "relay_domains": f"relayed.test, hash:/r, {DOMAINS}",
        "transport_maps": f"{ROUTES}, {OPERATORS['transport_maps']}",
        "mynetworks": f"127.0.0.0/8, 192.0.2.0/24, {HOSTS}",
        "smtpd_recipient_restrictions": f"{VERIFIED} permit_mynetworks check_recipient_access"
        " hash:/refused reject_unauth_destination",
        "relay_recipient_maps": f"hash:/relayed, {EVERYONE}",
        "local_recipient_maps": f"proxy:unix:passwd.byname, $alias_maps, {EVERYONE}",
        "unverified_recipient_reject_code": "550",
        "address_verify_negative_expire_time": "60s",
    }


@pytest.mark.parametrize("start", [FRESH, OPERATORS, dict.fromkeys(FRESH, "")])
def test_a_second_look_finds_nothing_to_change(start: dict[str, str]):
    assert edge_changes(after(start), EDGE) == {}


@pytest.mark.parametrize(
    "other",
    [
        replace(EDGE, domains=("new.unit.test", "lists.unit.test")),
        replace(EDGE, domains=("new.unit.test",)),
        replace(EDGE, core="10.0.0.21"),
        replace(EDGE, senders=("10.0.0.11",)),
    ],
    ids=["a domain more", "another domain", "another Core host", "a web host less"],
)
@pytest.mark.parametrize("start", [FRESH, OPERATORS], ids=["fresh", "operators"])
def test_what_we_declared_earlier_leaves_no_trace(start: dict[str, str], other: Edge):
    assert after(after(start, other)) == after(start)


def test_restrictions_that_an_operator_put_before_ours_stay_behind_them():
    moved = {
        **after(OPERATORS),
        "smtpd_recipient_restrictions": f"reject_non_fqdn_recipient, {VERIFIED}, permit",
    }
    assert edge_changes(moved, EDGE) == {
        "smtpd_recipient_restrictions": f"{VERIFIED} reject_non_fqdn_recipient permit"
    }


def test_a_list_of_recipients_that_only_we_are_in_goes():
    """It would refuse every address of the operator's own relayed domains."""
    alone = {**after(OPERATORS), "relay_recipient_maps": EVERYONE}
    assert edge_changes(alone, EDGE) == {"relay_recipient_maps": ""}


def test_other_spacing_is_no_change():
    spaced = after(FRESH)
    spaced["mynetworks"] = spaced["mynetworks"].replace(", ", "  ")
    assert edge_changes(spaced, EDGE) == {}


DIRECT = {"relayhost": "", "mynetworks": LOCAL}
WEB = ["10.0.0.12"]
WEB_MAY = (
    "127.0.0.0/8, [::ffff:127.0.0.0]/104, [::1]/128,"
    f" inline:{{ {{{MARK} = ours}} {{10.0.0.12 = ours}} }}"
)


def test_mail_leaves_by_the_declared_host():
    assert way_out_changes(DIRECT, "10.0.0.14", [], "") == {"relayhost": "[10.0.0.14]"}


def test_a_declared_host_comes_before_an_operators_relayhost():
    current = {**DIRECT, "relayhost": "[smart.test]:587"}
    assert way_out_changes(current, "10.0.0.14", [], "") == {"relayhost": "[10.0.0.14]"}


def test_without_a_declared_host_an_operators_relayhost_stays():
    current = {**DIRECT, "relayhost": "[smart.test]:587"}
    assert way_out_changes(current, "", WEB, "") == {"mynetworks": WEB_MAY}


def test_without_a_declared_host_ours_goes_and_the_web_hosts_send_here():
    current = {**DIRECT, "relayhost": "[10.0.0.14]"}
    found = way_out_changes(current, "", WEB, "[10.0.0.14]")
    assert found == {"relayhost": "", "mynetworks": WEB_MAY}


def test_with_a_declared_host_the_web_hosts_send_here_no_more():
    current = {**DIRECT, "mynetworks": WEB_MAY}
    assert way_out_changes(current, "10.0.0.14", [], "") == {
        "relayhost": "[10.0.0.14]",
        "mynetworks": "127.0.0.0/8, [::ffff:127.0.0.0]/104, [::1]/128",
    }


def test_a_way_out_that_is_right_is_left_alone():
    current = {**DIRECT, "relayhost": "[10.0.0.14]"}
    assert way_out_changes(current, "10.0.0.14", [], "[10.0.0.14]") == {}
