"""Which columns of a suite's tables hold which personal data; data only.

Every other column of text has the addresses in it replaced, in these and all other tables.
"""

from __future__ import annotations

# table | column kind, ...: `address` one address, `name` somebody's, `id` a Message-ID, `id-hash`
# the hash of the row's own id, `path` the file of such a hash, `thread` that of a thread's first,
# `line` and `text` what people wrote, `data` a file's content with its size in `size`, `file` its
# name, `secret` what opens something, `json` and `pickle` values within which addresses are
# replaced, `pended` Core's own mixture of both under a `key`; `kept` is nobody's.
_CORE = """\
address | email address, _original address, display_name name
user | display_name name, password secret
bounceevent | email address, message_id id
_request | key request
message | message_id id, message_id_hash id-hash, path path
pendedkeyvalue | key kept, value pended
workflowstate | data json
mailinglist | accept_these_nonmembers pickle, hold_these_nonmembers pickle,
 reject_these_nonmembers pickle, discard_these_nonmembers pickle, dmarc_addresses pickle,
 topics pickle
"""
_WEB = """\
account_emailaddress | email address
account_emailconfirmation | key secret
auth_user | password secret, username user, first_name name, last_name name, email address
django_admin_log | object_repr line, change_message line
hyperkitty_attachment | name file, content data, size size
hyperkitty_email | message_id id, message_id_hash id-hash, subject line, content text,
 in_reply_to id, sender_id address, sender_name name
hyperkitty_sender | address address
hyperkitty_thread | thread_id thread
socialaccount_socialaccount | uid token, extra_data nothing
socialaccount_socialtoken | token secret, token_secret secret
"""
# Rows that only what runs renews, or that hold texts nobody can look into: sessions, queued tasks.
EMPTIED = ("django_session", "django_q_ormq", "django_q_task", "file_cache")


def columns(text: str) -> dict[str, dict[str, str]]:
    """{table: {column: kind}}."""
    found = {}
    for line in text.replace("\n ", " ").splitlines():
        table, _, pairs = line.partition(" | ")
        found[table] = dict(pair.split() for pair in pairs.split(","))
    return found


CORE, WEB = columns(_CORE), columns(_WEB)
