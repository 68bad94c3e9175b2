"""Cases of the web side's gates, named after the situation."""

from __future__ import annotations

from tests.unit.gate_cases import Case, Data, passes, web

HUMANIZE = "django.contrib.humanize"
MIDDLEWARE = "allauth.account.middleware.AccountMiddleware"


def _own(**values: object) -> Data:
    """A host whose own settings file sets these."""
    return {"web_settings": values}


CASES: dict[str, Case] = {
    "a big old archive": Case(
        "slow_archive_migrations", "acknowledge", "200000 archived", "plan hours",
        {"emails": 200_000},
        core="3.1.0",
    ),
    "a small old archive": passes(
        "slow_archive_migrations", "1200 archived", "window", core="3.1.0"
    ),
    "an archive that was migrated": passes(
        "slow_archive_migrations", "were applied", core="3.1.0",
        host={"web_migrations": {"hyperkitty": ["0015_mailinglist_id_as_primary_key"]}},
    ),
    "an emptied template address": Case(
        "template_base_url", "acknowledge", "empties POSTORIUS_TEMPLATE", "remove it",
        data=web(POSTORIUS_TEMPLATE_BASE_URL=""), core="3.1.0",
    ),
    "no template address yet": passes(
        "template_base_url", "is needed", "window", then="sets it", core="3.1.0"
    ),
    "paintstore among the further apps": Case(
        "paintstore", "stop", "paintstore", "remove it", data={"web_apps": ["paintstore"]},
    ),
    "paintstore among all apps": Case(
        "paintstore", "stop", "paintstore", "", data=web(INSTALLED_APPS=["paintstore"]),
    ),
    "paintstore in the host's own settings": passes(
        "paintstore", "the host's settings", "window", then="not taken over",
        host=_own(INSTALLED_APPS=["hyperkitty", "paintstore"]),
    ),
    "no paintstore": passes("paintstore", "not among"),
    "an old archiver with a full spool": Case(
        "archiver_key", "window", "mailman-hyperkitty 1.1.0, 7 messages", "sends its spool",
        {"spool": 7},
    ),
    "a setting that Postorius dropped": Case(
        "autocreate_user", "acknowledge", "AUTOCREATE", "remove it",
        data=web(AUTOCREATE_MAILMAN_USER=True),
    ),
    "a setting that Postorius dropped, on the host": passes(
        "autocreate_user", "the host's settings", "window", then="mailman_adoption_ignores",
        host=_own(AUTOCREATE_MAILMAN_USER=False),
    ),
    "no setting that Postorius dropped": passes("autocreate_user", "is not set"),
    "another kind of key": Case(
        "auto_field", "acknowledge", "BigAutoField", "remove it",
        data=web(DEFAULT_AUTO_FIELD="django.db.models.BigAutoField"),
    ),
    "the right kind of key": passes(
        "auto_field", "AutoField", data=web(DEFAULT_AUTO_FIELD="django.db.models.AutoField")
    ),
    "a retry before the timeout": Case(
        "queue_retry", "acknowledge", "retry 60 s, timeout 300", "longer",
        data=web(Q_CLUSTER={"timeout": 300}),
    ),
    "a timeout that never comes": Case(
        "queue_retry", "acknowledge", "timeout None", "longer", data=web(Q_CLUSTER={"retry": 60}),
    ),
    "a retry after the timeout": passes(
        "queue_retry", "retry 360", data=web(Q_CLUSTER={"retry": 360, "timeout": 300})
    ),
    "mailman-web's own queue": passes("queue_retry", "mailman-web"),
    "an address in two spellings": Case(
        "email_case", "stop", "A@x.test/a@x.test", "delete one",
        {"case_duplicates": ["A@x.test/a@x.test"]},
    ),
    "every address in one spelling": passes("email_case", "no addresses", "window"),
    "addresses in lower case already": passes(
        "email_case", "lower case",
        host={"web_migrations": {"account": ["0006_emailaddress_lower"]}},
    ),
    "sessions as pickles": Case(
        "session_serializer", "stop", "PickleSerializer", "remove it",
        data=web(SESSION_SERIALIZER="django.contrib.sessions.serializers.PickleSerializer"),
    ),
    "sessions as pickles on the host": passes(
        "session_serializer", "the host's settings", "window", then="mailman_adoption_ignores",
        host=_own(SESSION_SERIALIZER="django.contrib.sessions.serializers.PickleSerializer"),
    ),
    "sessions as JSON": passes("session_serializer", "JSON"),
    "middleware without allauth's": Case(
        "account_middleware", "stop", "lacks", MIDDLEWARE, data=web(MIDDLEWARE=["a.B"]),
    ),
    "middleware with allauth's": passes(
        "account_middleware", "provides", data=web(MIDDLEWARE=["a.B", MIDDLEWARE])
    ),
    "sessions that will go": Case("session_wipe", "window", "old format", "logs in again"),
    "sessions that went": passes(
        "session_wipe", "was applied",
        host={"web_migrations": {"django_mailman3": ["0003_sessions"]}},
    ),
    "apps without humanize": Case(
        "humanize", "stop", "lacks django.contrib.humanize", "add it",
        data=web(INSTALLED_APPS=["hyperkitty"]),
    ),
    "apps with humanize": passes("humanize", "provides", data=web(INSTALLED_APPS=[HUMANIZE])),
}  # fmt: skip
