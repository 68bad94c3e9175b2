"""What a suite made by hand may set without saying anything new: our own files decide it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailman_suite import layout

# Decided by our own files: paths, ports, wiring between Core, archiver and web, and what logs.
CORE_OURS = {
    ("mailman", "layout"),
    ("mailman", "site_owner"),
    ("database", "class"),
    ("database", "url"),
    ("webservice", "hostname"),
    ("webservice", "port"),
    ("webservice", "use_https"),
    ("webservice", "admin_user"),
    ("webservice", "admin_pass"),
    ("webservice", "configuration"),
    ("archiver.hyperkitty", "class"),
    ("archiver.hyperkitty", "enable"),
    ("archiver.hyperkitty", "configuration"),
    ("mta", "incoming"),
    ("mta", "outgoing"),
    ("mta", "lmtp_host"),
    ("mta", "lmtp_port"),
    ("mta", "configuration"),
    ("mta", "verp_probes"),
    ("runner.nntp", "start"),
}
# Ours, and where a host says just this, it says nothing new.
CORE_EQUAL = {
    ("mta", "smtp_host"): ("localhost", layout.LOOPBACK),
    ("mta", "smtp_port"): (str(layout.SMTP_PORT),),
}
WEB_OURS = {
    *("SECRET_KEY", "DATABASES", "STATIC_ROOT", "STATIC_URL", "LOGGING", "CACHES", "DEBUG"),
    *("MAILMAN_REST_API_URL", "MAILMAN_REST_API_USER", "MAILMAN_REST_API_PASS"),
    *("MAILMAN_ARCHIVER_KEY", "MAILMAN_ARCHIVER_FROM", "POSTORIUS_TEMPLATE_BASE_URL"),
    *("COMPRESS_ENABLED", "COMPRESS_OFFLINE", "HAYSTACK_CONNECTIONS", "INSTALLED_APPS"),
    *("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "BASE_DIR", "USE_X_FORWARDED_HOST"),
    *("SECURE_PROXY_SSL_HEADER", "AUTOCREATE_MAILMAN_USER", "SESSION_SERIALIZER"),
}
WEB_EQUAL: Mapping[str, tuple[Any, ...]] = {
    "EMAIL_HOST": ("localhost", layout.LOOPBACK),
    "EMAIL_PORT": (layout.SMTP_PORT,),
    "SITE_ID": (1,),
    "DEFAULT_AUTO_FIELD": ("django.db.models.AutoField",),
    "ROOT_URLCONF": ("mailman_web.urls",),
}
# What mailman-web and the applications behind it enable by themselves, since 0.0.1.
USUAL_APPS = {
    *("hyperkitty", "postorius", "django_mailman3", "rest_framework", "django_gravatar"),
    *("compressor", "haystack", "django_extensions", "django_q", "paintstore"),
    *(
        f"django.contrib.{name}"
        for name in (
            *("admin", "auth", "contenttypes", "humanize", "messages", "sessions", "sites"),
            "staticfiles",
        )
    ),
    *("allauth", "allauth.account", "allauth.socialaccount"),
    "mailman_web",
}
