"""The gates of Postorius, HyperKitty, django-mailman3, mailman-web and django-allauth."""

from __future__ import annotations

from typing import Any

from mailman_suite.gates.model import Answer, Crossing, Gate, acknowledge, fine, stop, window

_MIDDLEWARE = "allauth.account.middleware.AccountMiddleware"
_LEFT = "name it in mailman_adoption_ignores: it no longer has any effect"
_SLOW_ARCHIVE = 10_000  # messages from which on the migrations of HyperKitty 1.1.4 take minutes


def _template_base_url(crossing: Crossing) -> Answer:
    name = "POSTORIUS_TEMPLATE_BASE_URL"
    if crossing.set_for_web(name) and not crossing.web_setting(name):
        return acknowledge(
            f"mailman_web_settings empties {name}",
            "remove it: without an address that Core can reach, no template is found",
        )
    return window(f"{name} is needed", "settings.py sets it to the loopback address")


def _slow_migrations(crossing: Crossing) -> Answer:
    if "0015_mailinglist_id_as_primary_key" in _applied(crossing, "hyperkitty"):
        return fine("the migrations were applied")
    emails = crossing.survey["emails"]
    assert emails is not None, "the gate needs it"
    if emails < _SLOW_ARCHIVE:
        return window(f"{emails} archived messages", "migrated in the window")
    return acknowledge(
        f"{emails} archived messages",
        "plan hours for the window (make rehearse measures it on a copy)",
    )


def _paintstore(crossing: Crossing) -> Answer:
    apps = [*crossing.settings.web_apps, *_texts(crossing.web_setting("INSTALLED_APPS"))]
    if "paintstore" in _texts(crossing.standing_web("INSTALLED_APPS")) and "paintstore" not in apps:
        return window("the host's settings list paintstore", "not taken over")
    if "paintstore" not in apps:
        return fine("paintstore is not among the apps")
    return stop("group data lists the app paintstore", "remove it: no release has that module")


def _archiver_key(crossing: Crossing) -> Answer:
    archiver = crossing.survey["versions"].get("mailman-hyperkitty", "none")
    return window(
        f"mailman-hyperkitty {archiver}, {crossing.survey['spool']} messages in its spool",
        "replaced together with HyperKitty; it sends its spool once the service runs again",
    )


def _autocreate_user(crossing: Crossing) -> Answer:
    name = "AUTOCREATE_MAILMAN_USER"
    if crossing.set_for_web(name):
        return acknowledge(
            f"mailman_web_settings sets {name}", "remove it: it no longer does anything"
        )
    if crossing.standing_web(name) is not None:
        return window(f"the host's settings set {name}", _LEFT)
    return fine(f"{name} is not set")


def _auto_field(crossing: Crossing) -> Answer:
    field = crossing.web_setting("DEFAULT_AUTO_FIELD")
    if field in (None, "django.db.models.AutoField"):
        return fine("mailman-web sets django.db.models.AutoField")
    return acknowledge(
        f"mailman_web_settings sets DEFAULT_AUTO_FIELD to {field}",
        "remove it: the suite's migrations were made for AutoField",
    )


def _queue_retry(crossing: Crossing) -> Answer:
    queue: Any = crossing.web_setting("Q_CLUSTER")
    if queue is None:
        return fine("mailman-web sets it correctly")
    retry, timeout = queue.get("retry", 60), queue.get("timeout")
    if timeout is not None and retry > timeout:
        return fine(f"retry {retry} s, timeout {timeout} s")
    return acknowledge(
        f"mailman_web_settings['Q_CLUSTER']: retry {retry} s, timeout {timeout}",
        "make retry longer than timeout, otherwise a slow task runs twice at the same time",
    )


def _account_middleware(crossing: Crossing) -> Answer:
    own = crossing.web_setting("MIDDLEWARE")
    if own is None or _MIDDLEWARE in own:
        return fine("mailman-web provides the middleware")
    return stop(
        "mailman_web_settings['MIDDLEWARE'] lacks allauth's",
        f"add {_MIDDLEWARE}, or leave MIDDLEWARE to mailman-web",
    )


def _session_wipe(crossing: Crossing) -> Answer:
    if any(name.startswith("0003_") for name in _applied(crossing, "django_mailman3")):
        return fine("it was applied; sessions are in the new format")
    return window("sessions in the old format", "all are deleted: everybody logs in again")


def _email_case(crossing: Crossing) -> Answer:
    if "0006_emailaddress_lower" in _applied(crossing, "account"):
        return fine("the addresses are in lower case")
    twins = crossing.survey["case_duplicates"]
    if not twins:
        return window("no addresses that differ only in case", "all are converted to lower case")
    return stop(
        f"the same address in two spellings: {', '.join(twins)}",
        "delete one of each pair in Django's administration (Email addresses); the migration to "
        "lower case fails on them",
    )


def _serializer(crossing: Crossing) -> Answer:
    name = "SESSION_SERIALIZER"
    own = str(crossing.web_setting(name) or "")
    if "Pickle" in str(crossing.standing_web(name)) and "Pickle" not in own:
        return window(f"the host's settings set {name} to pickles", _LEFT)
    if "Pickle" not in own:
        return fine("sessions are written as JSON")
    return stop(
        f"mailman_web_settings sets SESSION_SERIALIZER to {own}",
        "remove it: Django no longer has it, and no page would load",
    )


def _humanize(crossing: Crossing) -> Answer:
    own = crossing.web_setting("INSTALLED_APPS")
    if own is None or "django.contrib.humanize" in own:
        return fine("mailman-web provides django.contrib.humanize")
    return stop(
        "mailman_web_settings['INSTALLED_APPS'] lacks django.contrib.humanize",
        "add it, or name further apps in mailman_web_apps; without it the page of held messages "
        "is an error page, and Django's check does not report it",
    )


def _applied(crossing: Crossing, app: str) -> list[str]:
    applied = crossing.survey["web_migrations"]
    assert applied is not None, "the gates that ask need them"
    return applied.get(app, [])


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value or ()]


GATES = (
    Gate(
        "slow_archive_migrations", "hyperkitty", "1.1.4",
        "Migrations 0013 to 0015 give every archived message a new list key: hours on big "
        "archives.",
        "a maintenance window of that length", "HyperKitty NEWS 1.1.4", _slow_migrations,
        needs=("emails", "web_migrations"),
    ),
    Gate(
        "template_base_url", "postorius", "1.2.0",
        "POSTORIUS_TEMPLATE_BASE_URL became required, and Django's check does not report it "
        "missing.",
        "an address that Core can reach", "upgrade guide, 'Upgrade to 3.2.0'", _template_base_url,
    ),
    Gate(
        "paintstore", "hyperkitty", "1.2.2",
        "The app paintstore no longer exists; if it is listed, every web command fails.",
        "apps that the release has", "HyperKitty NEWS 1.2.2; seen: ModuleNotFoundError",
        _paintstore,
    ),
    Gate(
        "archiver_key", "hyperkitty", "1.3.5",
        "The archiver's key moved to a header: a mailman-hyperkitty before 1.2.0 gets 401, and "
        "the guide's command does not upgrade it.",
        "", "HyperKitty NEWS 1.3.5; seen", _archiver_key,
    ),
    Gate(
        "autocreate_user", "postorius", "1.3.6",
        "AUTOCREATE_MAILMAN_USER was removed.",
        "no such setting", "Postorius NEWS 1.3.6", _autocreate_user,
    ),
    Gate(
        "auto_field", "hyperkitty", "1.3.6",
        "Django requires DEFAULT_AUTO_FIELD; a type other than AutoField requires migrations.",
        "django.db.models.AutoField", "HyperKitty NEWS 1.3.6; seen", _auto_field,
    ),
    Gate(
        "queue_retry", "hyperkitty", "1.3.6",
        "A background task that runs longer than Q_CLUSTER's retry is started a second time.",
        "a retry that is longer than the timeout", "HyperKitty NEWS 1.3.6", _queue_retry,
    ),
    Gate(
        "email_case", "django-allauth", "0.56.0",
        "Migrations convert addresses to lower case under unique constraints.",
        "no address of one account, and no verified one, in two spellings",
        "django-allauth's account migrations 0003 and 0006; seen", _email_case,
        needs=("case_duplicates", "web_migrations"),
    ),
    Gate(
        "session_serializer", "django", "5.0",
        "Sessions can no longer be pickles; mailman-web dropped them in 0.0.8.",
        "no SESSION_SERIALIZER, or one that Django has",
        "Django's release notes 5.0, mailman-web NEWS 0.0.8", _serializer,
    ),
    Gate(
        "account_middleware", "django-mailman3", "1.3.10",
        "Without allauth's AccountMiddleware every web command stops.",
        "the middleware in MIDDLEWARE", "django-mailman3 NEWS 1.3.10; seen", _account_middleware,
    ),
    Gate(
        "session_wipe", "django-mailman3", "1.3.11",
        "A migration deletes all sessions.",
        "", "django-mailman3 NEWS 1.3.11; seen", _session_wipe, needs=("web_migrations",),
    ),
    Gate(
        "humanize", "postorius", "1.3.13",
        "The page of held messages needs django.contrib.humanize.",
        "the app in INSTALLED_APPS", "Postorius NEWS 1.3.13; seen", _humanize,
    ),
)  # fmt: skip
