"""Settings of a suite made by hand that our own files decide. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailman_suite.base import layout

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
# What our files, or Core itself (mailman/config/schema.cfg), say where a host says just this.
CORE_EQUAL = {
    ("mailman", "noreply_address"): ("noreply",),
    ("mailman", "default_language"): ("en",),
    ("mailman", "sender_headers"): ("from from_ reply-to sender",),
    ("mailman", "email_commands_max_lines"): ("10",),
    ("mailman", "pending_request_life"): ("3d",),
    ("mailman", "cache_life"): ("7d",),
    ("mailman", "pre_hook"): ("",),
    ("mailman", "post_hook"): ("",),
    ("mailman", "filtered_messages_are_preservable"): ("no",),
    ("mailman", "html_to_plain_text_command"): ("/usr/bin/lynx -dump $filename",),
    ("mailman", "listname_chars"): ("[-_.0-9a-z]",),
    ("shell", "prompt"): (">>>",),
    ("shell", "banner"): ("Welcome to the GNU Mailman shell",),
    ("shell", "use_ipython"): ("no",),
    ("shell", "history_file"): ("",),
    ("database", "debug"): ("no",),
    ("webservice", "show_tracebacks"): ("yes",),
    ("webservice", "api_version"): ("3.1",),
    ("mta", "smtp_user"): ("",),
    ("mta", "smtp_pass"): ("",),
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
    "EMAILNAME",  # of packages, for use in two other settings
}
WEB_EQUAL: Mapping[str, tuple[Any, ...]] = {
    "EMAIL_HOST": ("localhost", layout.LOOPBACK),
    "EMAIL_PORT": (layout.SMTP_PORT,),
    "SITE_ID": (1,),
    "ALLAUTH_TRUSTED_PROXY_COUNT": (1,),
    "DEFAULT_AUTO_FIELD": ("django.db.models.AutoField",),
    "ROOT_URLCONF": ("mailman_web.urls",),
    "SOCIALACCOUNT_PROVIDERS": ({},),
    # As mailman-web's own settings have them.
    "LANGUAGE_CODE": ("en-us",),
    "TIME_ZONE": ("UTC",),
    "USE_I18N": (True,),
    "USE_L10N": (True,),
    "USE_TZ": (True,),
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
