"""Settings: group data turned into one frozen, checked value.

Every key of group data that begins with `mailman_` is a setting; a key that is not known is an
error that names the nearest known one. Nothing here talks to a host.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from mailman_suite import names
from mailman_suite.contradictions import contradictions
from mailman_suite.errors import Refusal, Refusals
from mailman_suite.releases import DEFAULT, release_named
from mailman_suite.secrets import SecretReference

PREFIX = "mailman_"

# Settings that carry secrets have their own keys; the escape hatches must not bypass them.
_CORE_SECRETS = {
    ("webservice", "admin_pass"): "mailman_rest_password",
    ("database", "url"): "mailman_database and the mailman_database_* settings",
    ("database", "class"): "mailman_database",
}
_WEB_SECRETS = {
    "SECRET_KEY": "mailman_django_secret_key",
    "DATABASES": "mailman_database and the mailman_database_* settings",
    "MAILMAN_REST_API_PASS": "mailman_rest_password",
    "MAILMAN_ARCHIVER_KEY": "mailman_archiver_key",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ListSettings(_Frozen):
    """One mailing list that is created when it is missing.

    `settings` holds attributes of Core's list configuration (REST `/lists/<id>/config`) that are
    kept at these values; every other attribute belongs to the list's owners.
    """

    address: str
    display_name: str = ""
    owners: list[str] = Field(default_factory=list)
    style: str = "legacy-default"
    settings: dict[str, bool | int | str | list[str]] = Field(default_factory=dict)

    @field_validator("address")
    @classmethod
    def _is_a_list_address(cls, value: str) -> str:
        return names.list_address(value)

    @field_validator("owners")
    @classmethod
    def _are_addresses(cls, value: list[str]) -> list[str]:
        return [names.address(owner, "a list's owner") for owner in value]

    @property
    def list_id(self) -> str:
        """Core's List-ID of this list, for example `staff.lists.uni.test`."""
        return self.address.replace("@", ".", 1)

    @property
    def domain(self) -> str:
        """The list's mail domain."""
        return self.address.partition("@")[2]


class Settings(_Frozen):
    """What one host's suite should be; `group_data/all.py` explains every key."""

    release: str = DEFAULT
    python: str = ""
    web_host: str
    web_aliases: list[str] = Field(default_factory=list)
    tls_certificate: str = ""
    tls_key: str = ""
    web_processes: int = Field(default=2, ge=1, le=64)
    domains: list[str] = Field(min_length=1)
    lists: list[ListSettings] = Field(default_factory=list)
    site_owner: str
    superuser_name: str = "admin"
    superuser_email: str = ""
    usenet: bool = False
    database: Literal["sqlite", "postgresql"] = "sqlite"
    database_host: str = "localhost"
    database_port: int = Field(default=5432, ge=1, le=65535)
    database_core_name: str = "mailman"
    database_core_user: str = "mailman"
    database_web_name: str = "mailmanweb"
    database_web_user: str = "mailmanweb"
    database_core_password: SecretReference = SecretReference("generate")
    database_web_password: SecretReference = SecretReference("generate")
    rest_password: SecretReference = SecretReference("generate")
    archiver_key: SecretReference = SecretReference("generate")
    django_secret_key: SecretReference = SecretReference("generate")
    superuser_password: SecretReference = SecretReference("generate")
    core_config: dict[str, dict[str, str | int | bool]] = Field(default_factory=dict)
    web_apps: list[str] = Field(default_factory=list)
    web_settings: dict[str, Any] = Field(default_factory=dict)

    @field_validator("release")
    @classmethod
    def _is_a_known_release(cls, value: str) -> str:
        return release_named(value).name

    @field_validator("web_host")
    @classmethod
    def _is_a_web_host(cls, value: str) -> str:
        return names.host_name(value, "mailman_web_host")

    @field_validator("domains")
    @classmethod
    def _are_mail_domains(cls, value: list[str]) -> list[str]:
        return names.distinct([names.host_name(one, "mailman_domains") for one in value])

    @field_validator("site_owner", "superuser_email")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return (
            names.address(value, "mailman_site_owner and mailman_superuser_email") if value else ""
        )

    @field_validator("superuser_name")
    @classmethod
    def _is_a_user_name(cls, value: str) -> str:
        return names.identifier(value, "mailman_superuser_name")

    @field_validator(
        "database_core_name", "database_core_user", "database_web_name", "database_web_user"
    )
    @classmethod
    def _is_a_database_name(cls, value: str) -> str:
        return names.database_name(value)

    @field_validator("core_config")
    @classmethod
    def _holds_no_core_secret(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for (section, key), setting in _CORE_SECRETS.items():
            if key in value.get(section, {}):
                raise _belongs_elsewhere(f"mailman_core_config['{section}']['{key}']", setting)
        return value

    @field_validator("web_settings")
    @classmethod
    def _holds_no_web_secret(cls, value: dict[str, Any]) -> dict[str, Any]:
        for key, setting in _WEB_SECRETS.items():
            if key in value:
                raise _belongs_elsewhere(f"mailman_web_settings['{key}']", setting)
        return {
            names.django_setting(key): names.plain(content, key) for key, content in value.items()
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Settings:
        """The settings in one host's merged group data.

        `data` is `host.data.dict()`. Raises `Refusals` with one `Refusal` per mistake.
        """
        ours = {
            key.removeprefix(PREFIX): value for key, value in data.items() if key.startswith(PREFIX)
        }
        try:
            settings = cls.model_validate(ours)
        except ValidationError as error:
            raise Refusals([_refusal(one) for one in error.errors()]) from None
        found = list(contradictions(settings))
        if found:
            raise Refusals(found)
        return settings

    @property
    def admin_email(self) -> str:
        """The superuser's address: its own, or the site owner's."""
        return self.superuser_email or self.site_owner

    @property
    def database_is_local(self) -> bool:
        """Whether the PostgreSQL server runs on the host itself, and so is ours to install."""
        return self.database == "postgresql" and self.database_host in ("localhost", "127.0.0.1")

    def secret_references(self) -> dict[str, SecretReference]:
        """The secrets that this host needs: file name under the secrets directory -> reference."""
        wanted = ["rest_password", "archiver_key", "django_secret_key", "superuser_password"]
        if self.database == "postgresql":
            wanted += ["database_core_password", "database_web_password"]
        return {name: getattr(self, name) for name in wanted}


def _belongs_elsewhere(found: str, setting: str) -> Refusal:
    return Refusal(
        found=f"{found} is set",
        expected=f"{setting} to decide it",
        remedy=f"remove it and use {setting}",
    )


def _refusal(error: ErrorDetails) -> Refusal:
    """One pydantic error in our words; a `Refusal` raised by a validator is passed on."""
    raised = error.get("ctx", {}).get("error")
    if isinstance(raised, Refusal):
        return raised
    key = PREFIX + ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return Refusal(found=f"{key} is not set", expected="a value", remedy=_where(key))
    if error["type"] == "extra_forbidden":
        return _unknown(key)
    shown = "a value" if names.is_secret(key) else repr(error["input"])
    return Refusal(found=f"{key} = {shown}", expected=_lower(error["msg"]), remedy=_where(key))


def _unknown(key: str) -> Refusal:
    fields = ListSettings.model_fields if ".lists." in f".{key}" else Settings.model_fields
    known = [*(PREFIX + name for name in Settings.model_fields), *fields]
    near = difflib.get_close_matches(key.rpartition(".")[2] if "." in key else key, known, 1, 0.0)
    return Refusal(
        found=f"the unknown setting {key}",
        expected=f"a setting that group_data/all.py explains; the nearest is {near[0]}",
        remedy="correct the spelling or remove it",
    )


def _where(key: str) -> str:
    return f"set {key} in group_data/ or in the inventory; group_data/all.py explains it"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
