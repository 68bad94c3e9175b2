"""Which tables and columns of both databases an upgrade must not change; data only."""

from __future__ import annotations

from typing import NamedTuple

# name | table | columns | which of them to also count by. `key>table.column` is that column of the
# row that a foreign key points at; `~` compares in lower case, as allauth's own migration rewrites
# addresses; of a large `#` only the digest leaves the database. Every column is in all schemas from
# Core 3.2.0 and HyperKitty 1.2; what later ones brought has a `+` line of its own, which is absent
# until then. Left out: `processed` of bounce events and `primary` of web addresses, which an
# upgrade may change on purpose, and what runs renew by themselves.
_CORE = """\
domains | domain | id mail_host description alias_domain
domain owners | domain_owner | user_id domain_id
mailing lists | mailinglist | id list_name mail_host list_id allow_list_posts
 include_rfc2369_headers advertised anonymous_list created_at next_request_id next_digest_number
 digest_last_sent_at volume last_post_at accept_these_nonmembers admin_immed_notify
 admin_notify_mchanges administrivia archive_policy autoresponse_grace_period autorespond_owner
 autoresponse_owner_text autorespond_postings autoresponse_postings_text autorespond_requests
 autoresponse_request_text filter_action filter_content collapse_alternatives
 convert_html_to_plaintext bounce_info_stale_after bounce_matching_headers
 bounce_notify_owner_on_disable bounce_notify_owner_on_removal bounce_score_threshold
 bounce_you_are_disabled_warnings bounce_you_are_disabled_warnings_interval
 forward_unrecognized_bounces_to process_bounces dmarc_mitigate_action
 dmarc_mitigate_unconditionally dmarc_moderation_notice dmarc_wrapped_message_text
 default_member_action default_nonmember_action description digests_enabled digest_is_default
 digest_send_periodic digest_size_threshold digest_volume_frequency discard_these_nonmembers
 emergency encode_ascii_prefixes first_strip_reply_to forward_auto_discards gateway_to_mail
 gateway_to_news hold_these_nonmembers info linked_newsgroup max_days_to_hold max_message_size
 max_num_recipients member_moderation_notice moderator_password newsgroup_moderation
 nntp_prefix_subject_too nonmember_rejection_notice obscure_addresses owner_chain owner_pipeline
 personalize post_id posting_chain posting_pipeline preferred_language display_name
 reject_these_nonmembers reply_goes_to_list reply_to_address require_explicit_destination
 respond_to_post_requests scrub_nondigest send_goodbye_message send_welcome_message subject_prefix
 subscription_policy topics topics_bodylines_limit topics_enabled unsubscription_policy | list_id
list aliases | acceptablealias | id mailing_list_id alias
list archivers | listarchiver | id mailing_list_id name _is_enabled
header matches | headermatch | id mailing_list_id position header pattern chain
content filters | contentfilter | id mailing_list_id filter_type filter_pattern
members | member | id _member_id role list_id moderation_action address_id user_id preferences_id
 address_id>address.email preferences_id>preferences.delivery_mode
 preferences_id>preferences.delivery_status | list_id
addresses | address | id email _original display_name verified_on registered_on user_id
 preferences_id
users | user | id display_name password _user_id _created_on is_server_owner
 _preferred_address_id preferences_id
preferences | preferences | id acknowledge_posts hide_address preferred_language receive_list_copy
 receive_own_postings delivery_mode delivery_status
used identifiers | uid | id uid
bans | ban | id email list_id
held requests | _request | id key request_type data_hash mailing_list_id
pending tokens | pended | id token expiration_date
pending tokens' values | pendedkeyvalue | id key value pended_id
workflow states | workflowstate | token step data
bounce events | bounceevent | id list_id email timestamp message_id context
automatic responses | autoresponserecord | id address_id mailing_list_id response_type date_sent
last digests | onelastdigest | id mailing_list_id address_id delivery_mode
templates | template | id name context uri username password
stored messages | message | id message_id message_id_hash path
+ members' bounce scores | member | id bounce_score last_bounce_received
+ members' bounce warnings | member | id last_warning_sent total_warnings_sent
+ lists' roster visibility | mailinglist | id member_roster_visibility
+ lists' news watermarks | mailinglist | id usenet_watermark
+ lists' archive rendering | mailinglist | id archive_rendering_mode
+ lists' bounce notices | mailinglist | id bounce_notify_owner_on_bounce_increment
+ lists' DMARC addresses | mailinglist | id dmarc_addresses
+ header matches' tags | headermatch | id tag
+ domains' base URLs | domain | id base_url
"""
_WEB = """\
web users | auth_user | id username password first_name last_name email~ is_superuser is_staff
 is_active date_joined
web groups | auth_group | id name
web users' groups | auth_user_groups | id user_id group_id
web users' permissions | auth_user_user_permissions | id user_id permission_id
web users' addresses | account_emailaddress | id user_id email~ verified
social accounts | socialaccount_socialaccount | id user_id provider uid
social applications | socialaccount_socialapp | id provider name client_id secret key
sites | django_site | id domain name
sites' mail domains | django_mailman3_maildomain | id site_id mail_domain
web profiles | django_mailman3_profile | id user_id timezone
web templates | postorius_emailtemplate | id name data language context identifier modified_at
archived lists | hyperkitty_mailinglist | id name list_id display_name description subject_prefix
 archive_policy created_at | name
archived messages | hyperkitty_email | id mailinglist_id message_id message_id_hash sender_id
 sender_name subject content# date timezone in_reply_to parent_id thread_id archived_date
 mailinglist_id>hyperkitty_mailinglist.name | mailinglist_id>hyperkitty_mailinglist.name
archived attachments | hyperkitty_attachment | id email_id counter name content_type encoding size
 content#
archived threads | hyperkitty_thread | id mailinglist_id thread_id date_active category_id
 starting_email_id
archived senders | hyperkitty_sender | address
votes | hyperkitty_vote | id email_id user_id value
tags | hyperkitty_tag | id name
tagged threads | hyperkitty_tagging | id tag_id thread_id user_id
favourites | hyperkitty_favorite | id thread_id user_id
categories | hyperkitty_threadcategory | id name color
karma | hyperkitty_profile | id user_id karma
"""


class Family(NamedTuple):
    """What is counted under one name: a table's columns, which of them to also count by."""

    name: str
    table: str
    columns: list[str]
    by: str
    came_later: bool


def families(text: str) -> list[Family]:
    """The families that a text above lists; a line that begins with a space continues the last."""
    parts = [
        [part.strip() for part in line.split("|")] for line in text.replace("\n ", " ").splitlines()
    ]
    return [
        Family(name.lstrip("+ "), table, columns.split(), by, name.startswith("+"))
        for name, table, columns, by in (part if part[3:] else [*part, ""] for part in parts)
    ]


CORE, WEB = families(_CORE), families(_WEB)
