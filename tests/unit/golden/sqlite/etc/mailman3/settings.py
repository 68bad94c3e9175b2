# templates/etc/mailman3/settings.py.j2
# Set mailman_web_settings in group_data to add or change anything; edits made here are replaced.
import sys
from pathlib import Path

from mailman_web.settings.base import *  # noqa: F403
from mailman_web.settings.mailman import *  # noqa: F403


def _secret(name):
    return Path('/etc/mailman3/secrets', name).read_text().strip()


SECRET_KEY = _secret("django_secret_key")
DEBUG = False
ADMINS = (("Mailman Suite Admin", 'postmaster@lists.unit.test'),)
SERVER_EMAIL = 'postmaster@lists.unit.test'
DEFAULT_FROM_EMAIL = 'postmaster@lists.unit.test'
EMAIL_HOST = "localhost"
EMAIL_PORT = 25

# Core fetches templates and sends messages by loopback; people use the other names.
ALLOWED_HOSTS = ['localhost', '127.0.0.1', 'lists.unit.test']
CSRF_TRUSTED_ORIGINS = ['http://lists.unit.test']
ACCOUNT_DEFAULT_HTTP_PROTOCOL = 'http'
# Nginx, the only proxy, puts the visitor's address into X-Forwarded-For. Without this all visitors
# share one count of wrong passwords. Releases with allauth 0.63 read the header anyway.
ALLAUTH_TRUSTED_PROXY_COUNT = 1

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": '/opt/mailman/web/mailman-web.db',
        "OPTIONS": {'timeout': 30, 'transaction_mode': 'IMMEDIATE'},
    }
}

# Compressed files are named by their contents alone: by times, the same pages of another build, or of
# another host of the suite, would name files that do not exist here.
COMPRESS_CSS_HASHING_METHOD = "content"
# Each release has its own static files, beside the virtualenv that runs.
STATIC_ROOT = str(Path(sys.prefix).resolve().parent / "static")
# Shared by the web processes and the qcluster worker, which refreshes what they show.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": '/opt/mailman/web/cache',
        "OPTIONS": {"MAX_ENTRIES": 10000},
    }
}
# Five questions a second for new tasks, and the worker's state in a file twice a second, were 90 % of
# an idle suite's processor time and 955 MB written a day.
# A stop ends both pauses, so these long ones do not make a maintenance window longer.
Q_CLUSTER = {**Q_CLUSTER, "poll": 2, "guard_cycle": 5, "cache": "worker"}  # noqa: F405
HAYSTACK_CONNECTIONS = {
    "default": {
        "ENGINE": "haystack.backends.whoosh_backend.WhooshEngine",
        "PATH": '/opt/mailman/web/fulltext_index',
    }
}

MAILMAN_REST_API_URL = "http://127.0.0.1:8001"
MAILMAN_REST_API_USER = "restadmin"
MAILMAN_REST_API_PASS = _secret("rest_password")
MAILMAN_ARCHIVER_KEY = _secret("archiver_key")
MAILMAN_ARCHIVER_FROM = ("127.0.0.1", "::1")
# Needed since Postorius 1.2 (upgrade guide, "Upgrade to 3.2.0"); it must be reachable from Core.
POSTORIUS_TEMPLATE_BASE_URL = "http://127.0.0.1:8000"

# Last, since mailman_web_settings may have replaced CACHES.
CACHES.setdefault("worker", {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"})
