"""The attributes of a list's configuration in Core's REST API, and which values each may have.

Source: mailman/rest/listconf.py of Core 3.3.10 and the enumerations that it imports. Values are
written as Core's `/lists/LIST-ID/config` reports them: only those compare as equal on the next run.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailman_suite.base.refusal import Refusal

_DAYS = re.compile(r"\d+d(\d+\.\d+s)?")  # as mailman/rest/helpers.py writes a timedelta


@dataclass(frozen=True)
class Kind:
    """One kind of value: how the reader is told of it, and whether a value is one."""

    expected: str
    accepts: Callable[[Any], bool]


def _one_of(*names: str) -> Kind:
    return Kind("one of " + ", ".join(map(repr, names)), lambda value: value in names)


def _is_list_of(accepts: Callable[[str], bool]) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, list) and all(isinstance(one, str) and accepts(one) for one in value)
    )


def _is_sender(text: str) -> bool:
    """A mail address, a pattern that begins with ^, or @ and a list's address."""
    if not text.startswith("^"):
        return "@" in text
    try:
        re.compile(text)
    except re.error:
        return False
    return True


_BOOLEAN = Kind("True or False", lambda value: isinstance(value, bool))
_NUMBER = Kind("a whole number, 0 or more", lambda value: type(value) is int and value >= 0)
_TEXT = Kind("text in quotes", lambda value: isinstance(value, str))
_LINE = Kind(
    "text in quotes, on one line", lambda value: isinstance(value, str) and "\n" not in value
)
_SPAN = Kind(
    "a number of days such as '7d'",
    lambda value: isinstance(value, str) and bool(_DAYS.fullmatch(value)),
)
_TEXTS = Kind("a list of texts, such as ['text/plain']", _is_list_of(bool))
_SENDERS = Kind(
    "a list of mail addresses or regular expressions that begin with ^",
    _is_list_of(_is_sender),
)
_ACTION = _one_of("hold", "reject", "discard", "accept", "defer")
_RESPONSE = _one_of("none", "respond_and_discard", "respond_and_continue")
_POLICY = _one_of("open", "confirm", "moderate", "confirm_then_moderate")

_BY_KIND: tuple[tuple[Kind, str], ...] = (
    (
        _BOOLEAN,
        "admin_immed_notify admin_notify_mchanges administrivia advertised allow_list_posts "
        "anonymous_list bounce_notify_owner_on_bounce_increment bounce_notify_owner_on_disable "
        "bounce_notify_owner_on_removal collapse_alternatives convert_html_to_plaintext "
        "digest_send_periodic digests_enabled dmarc_mitigate_unconditionally emergency "
        "filter_content first_strip_reply_to gateway_to_mail gateway_to_news "
        "include_rfc2369_headers nntp_prefix_subject_too process_bounces "
        "require_explicit_destination respond_to_post_requests send_goodbye_message "
        "send_welcome_message",
    ),
    (
        _NUMBER,
        "bounce_score_threshold bounce_you_are_disabled_warnings digest_size_threshold "
        "max_message_size max_num_recipients max_days_to_hold",
    ),
    (
        _TEXT,
        "autoresponse_owner_text autoresponse_postings_text autoresponse_request_text display_name "
        "dmarc_moderation_notice dmarc_wrapped_message_text info linked_newsgroup posting_pipeline "
        "preferred_language reply_to_address subject_prefix",
    ),
    (_LINE, "description"),
    (
        _SPAN,
        "autoresponse_grace_period bounce_info_stale_after "
        "bounce_you_are_disabled_warnings_interval",
    ),
    (
        _TEXTS,
        "acceptable_aliases filter_extensions filter_types pass_extensions pass_types",
    ),
    (
        _SENDERS,
        "accept_these_nonmembers discard_these_nonmembers dmarc_addresses hold_these_nonmembers "
        "reject_these_nonmembers",
    ),
    (_ACTION, "default_member_action default_nonmember_action"),
    (_RESPONSE, "autorespond_owner autorespond_postings autorespond_requests"),
    (_POLICY, "subscription_policy unsubscription_policy"),
    (_one_of("never", "private", "public"), "archive_policy"),
    (_one_of("text", "markdown"), "archive_rendering_mode"),
    (_one_of("yearly", "monthly", "quarterly", "weekly", "daily"), "digest_volume_frequency"),
    (
        _one_of("no_mitigation", "munge_from", "wrap_message", "reject", "discard"),
        "dmarc_mitigate_action",
    ),
    (
        _one_of("hold", "reject", "discard", "accept", "defer", "forward", "preserve"),
        "filter_action",
    ),
    (_one_of("discard", "administrators", "site_owner"), "forward_unrecognized_bounces_to"),
    (_one_of("public", "members", "moderators"), "member_roster_visibility"),
    (_one_of("none", "open_moderated", "moderated"), "newsgroup_moderation"),
    (_one_of("none", "individual", "full"), "personalize"),
    (
        _one_of("no_munging", "point_to_list", "explicit_header", "explicit_header_only"),
        "reply_goes_to_list",
    ),
)
KINDS = {name: kind for kind, names in _BY_KIND for name in names.split()}
_READ_ONLY = (
    "bounces_address created_at digest_last_sent_at fqdn_listname join_address last_post_at "
    "leave_address list_name mail_host next_digest_number no_reply_address owner_address post_id "
    "posting_address request_address usenet_watermark volume"
)
READ_ONLY = frozenset(_READ_ONLY.split())
# Core reports only a hash of it, so no run could tell whether it is set.
PASSWORD = "moderator_password"


def wrong(settings: Mapping[str, Any], of: str) -> Iterator[Refusal]:
    """Each attribute that Core would refuse or could not keep; `of` is the list's address."""
    for name, value in settings.items():
        if name in READ_ONLY:
            yield _unsettable(name, of, "Core only reports it", "remove it")
        elif name == PASSWORD:
            remedy = "remove it; the list's owners set it in the list's settings"
            yield _unsettable(name, of, "Core keeps only a hash of it", remedy)
        elif name not in KINDS:
            yield _unknown(name, of)
        elif not KINDS[name].accepts(value):
            yield Refusal(
                found=f"{name} = {value!r} in the settings of {of}",
                expected=KINDS[name].expected,
                remedy=f"correct {name} in mailman_lists",
            )


def _unsettable(name: str, of: str, why: str, remedy: str) -> Refusal:
    return Refusal(
        found=f"{name} in the settings of {of}; {why}",
        expected="an attribute that can be kept at a value",
        remedy=remedy,
    )


def _unknown(name: str, of: str) -> Refusal:
    nearest = difflib.get_close_matches(name, KINDS, 1, 0.0)[0]
    return Refusal(
        found=f"the unknown attribute {name} in the settings of {of}",
        expected=f"an attribute of Core's list configuration; the nearest is {nearest}",
        remedy="correct the spelling or remove it",
    )
