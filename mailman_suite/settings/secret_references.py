"""References to secrets, and the settings that are such references.

Pure: `secret_sources.py` fetches what they refer to.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from mailman_suite.base.refusal import Refusal
from mailman_suite.settings.kinds import Words
from mailman_suite.settings.model import PREFIX, PerHost

GENERATE = "generate"
KINDS = ("env", "file", "cmd")


class SecretReference:
    """Where a secret comes from: `generate`, `env:NAME`, `file:/path` or `cmd:command`."""

    def __init__(self, text: str, setting: str = "a secret") -> None:
        kind, _, place = text.partition(":")
        if text != GENERATE and not (kind in KINDS and place):
            raise Refusal(
                found=f"{setting} is neither 'generate' nor a reference",
                expected="'generate', 'env:NAME', 'file:/path' or 'cmd:command'",
                remedy="keep secrets out of group_data: name where the value can be fetched",
            )
        self.kind, self.place = kind, place

    @property
    def is_generated(self) -> bool:
        """Whether the host makes the value itself, once."""
        return self.kind == GENERATE

    def __str__(self) -> str:
        return f"{self.kind}:{self.place}" if self.place else self.kind

    __repr__ = __str__

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(cls._validated)

    @classmethod
    def _validated(cls, value: Any, info: core_schema.ValidationInfo) -> SecretReference:
        """Pydantic's own message would repeat the value, which may be a secret."""
        if isinstance(value, cls):
            return value
        return cls(value if isinstance(value, str) else "", f"{PREFIX}{info.field_name}")


def belongs_elsewhere(found: str, setting: str) -> Refusal:
    """The refusal of a secret among the options of Core or Django."""
    return Refusal(
        found=f"{found} is set",
        expected=f"{setting} to decide it",
        remedy=f"remove it and use {setting}",
    )


Reference = Annotated[
    SecretReference,
    Words('`"generate"`, `"env:NAME"`, `"file:/path"` or `"cmd:command"`'),
]


class SecretSettings(PerHost, title="Secrets"):
    """Never write a secret into group data; refer to it. `"generate"` creates it once,
    on the host, in `/etc/mailman3/secrets`. `"env:NAME"`, `"file:/path"` and `"cmd:command"` fetch
    it on the computer that runs pyinfra: from an environment variable, from a file, or from what a
    shell command prints. A secret has 12 to 512 characters: letters, digits, `.`, `_`, `~`, `-`.
    """

    rest_password: Annotated[Reference, Field(examples=["env:MAILMAN_REST_PASSWORD"])] = (
        SecretReference(GENERATE)
    )
    """Password of Core's REST API, which the web pages use."""

    archiver_key: Annotated[Reference, Field(examples=["env:MAILMAN_ARCHIVER_KEY"])] = (
        SecretReference(GENERATE)
    )
    """Key with which Core hands messages to HyperKitty's archive."""

    django_secret_key: Annotated[Reference, Field(examples=["env:DJANGO_SECRET_KEY"])] = (
        SecretReference(GENERATE)
    )
    """Django's `SECRET_KEY`, which signs sessions and links to reset a password."""

    superuser_password: Annotated[Reference, Field(examples=["cmd:pass show lists/admin"])] = (
        SecretReference(GENERATE)
    )
    """First password of the administrator of the web pages. Later changes have no effect."""

    database_core_password: Annotated[Reference, Field(examples=["file:/root/core.password"])] = (
        SecretReference(GENERATE)
    )
    """Password of Core's PostgreSQL role. If the server is another host, refer to the password that
    it knows.
    """

    database_web_password: Annotated[Reference, Field(examples=["file:/root/web.password"])] = (
        SecretReference(GENERATE)
    )
    """Password of the web pages' PostgreSQL role. If the server is another host, refer to the
    password that it knows.
    """


# What every host of a split suite must have alike.
SHARED = (
    "rest_password",
    "archiver_key",
    "django_secret_key",
    "database_core_password",
    "database_web_password",
)
