"""The web pages: Postorius and HyperKitty under Django, behind the proxy."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from mailman_suite.base import plain_values
from mailman_suite.settings.kinds import (
    AddressOrEmpty,
    HostName,
    HostPathOrEmpty,
    ModulePath,
    ReachableName,
    UserName,
    Words,
)
from mailman_suite.settings.model import PER_HOST, Frozen
from mailman_suite.settings.secret_references import belongs_elsewhere

# Settings that carry secrets have their own keys; nothing bypasses them.
_ELSEWHERE = {
    "SECRET_KEY": "mailman_django_secret_key",
    "DATABASES": "mailman_database and the mailman_database_* settings",
    "MAILMAN_REST_API_PASS": "mailman_rest_password",
    "MAILMAN_ARCHIVER_KEY": "mailman_archiver_key",
}


def _without_secrets(value: dict[str, Any]) -> dict[str, Any]:
    for key, setting in _ELSEWHERE.items():
        if key in value:
            raise belongs_elsewhere(f"mailman_web_settings['{key}']", setting)
    return plain_values.web_settings(value)


class WebSettings(Frozen, title="Web pages"):
    """Postorius, where lists and subscriptions are managed, and HyperKitty, the archive."""

    web_host: Annotated[HostName, PER_HOST, Field(examples=["lists.your-domain.org"])]
    """Name under which people open the web pages."""

    web_aliases: Annotated[
        list[ReachableName],
        PER_HOST,
        Field(examples=[["www.lists.your-domain.org", "203.0.113.7"]]),
    ] = Field(default_factory=list)
    """Further names and addresses that lead to the same pages."""

    tls_certificate: Annotated[
        HostPathOrEmpty, PER_HOST, Field(examples=["/etc/ssl/certs/lists.pem"])
    ] = ""
    """TLS certificate with its chain, in PEM format. With certificate and key, HTTP requests are
    redirected to HTTPS; without both, the pages are served over plain HTTP.
    """

    tls_key: Annotated[
        HostPathOrEmpty, PER_HOST, Field(examples=["/etc/ssl/private/lists.key"])
    ] = ""
    """Private key of the TLS certificate."""

    web_processes: Annotated[int, PER_HOST, Field(ge=1, le=64, examples=[4])] = 2
    """Number of uWSGI worker processes. Each has two threads and uses about 100 MB of memory."""

    superuser_name: Annotated[UserName, PER_HOST, Field(examples=["anna"])] = "admin"
    """User name of the administrator of the web pages. The first run creates the account."""

    superuser_email: Annotated[
        AddressOrEmpty, PER_HOST, Field(examples=["anna@your-domain.org"])
    ] = ""
    """Mail address of the administrator. Empty means the address of `mailman_site_owner`."""

    web_apps: Annotated[
        list[ModulePath], Field(examples=[["allauth.socialaccount.providers.github"]])
    ] = Field(default_factory=list)
    """Further Django applications to enable, such as a login provider of django-allauth."""

    web_settings: Annotated[
        dict[str, Any],
        AfterValidator(_without_secrets),
        Words("dictionary from names of Django settings to values"),
        Field(examples=[{"TIME_ZONE": "Europe/Berlin"}]),
    ] = Field(default_factory=dict)
    """Any other Django settings; your value wins over the template's. Values are plain data: text,
    numbers, True, False, None, lists, tuples and dictionaries. Secrets and databases are refused
    here, since they have settings of their own.
    """
