"""Settings: group data turned into one frozen, checked value.

Every key of group data that begins with `mailman_` is a setting; a key that is not known is an
error that names the nearest known one. Nothing here talks to a host.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from mailman_suite.base import names, plain_values
from mailman_suite.base.refusal import Refusal, Refusals
from mailman_suite.contradictions import contradictions
from mailman_suite.gates import asking
from mailman_suite.list_settings import ListSettings
from mailman_suite.releases.catalogue import DEFAULT, release_named
from mailman_suite.secrets import SecretReference
from mailman_suite.setting_errors import misspelt, refusals_of
from mailman_suite.settings_fleet import FleetSettings
from mailman_suite.settings_rehearsal import RehearsalSettings
from mailman_suite.settings_roles import RoleSettings

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


class Settings(FleetSettings, RehearsalSettings, RoleSettings):
    """What one host's suite should be; `group_data/all.py` explains every key."""

    release: str = DEFAULT
    acknowledged: dict[str, list[str]] = Field(default_factory=dict)
    stale_bounces: Literal["probe", "mark_processed"] = "probe"
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
    acknowledged_window: str = ""
    rollback: str = ""
    backup: str = ""
    break_run: str = ""
    keep_windows: int = Field(default=3, ge=1, le=1000)
    keep_backups: int = Field(default=7, ge=1, le=1000)
    adoption_ignores: list[str] = Field(default_factory=list)
    moves_packages: bool = False
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

    @field_validator("acknowledged")
    @classmethod
    def _names_known_gates(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        return asking.acknowledged(value)

    @field_validator("web_host")
    @classmethod
    def _is_a_web_host(cls, value: str) -> str:
        return names.host_name(value, "mailman_web_host")

    @field_validator("domains")
    @classmethod
    def _are_mail_domains(cls, value: list[str]) -> list[str]:
        domains = [names.host_name(one, "mailman_domains") for one in value]
        names.distinct(domains, "mailman_domains")
        return domains

    @field_validator("lists")
    @classmethod
    def _are_different_lists(cls, value: list[ListSettings]) -> list[ListSettings]:
        names.distinct([one.address for one in value], "mailman_lists")
        return value

    @field_validator("web_aliases")
    @classmethod
    def _are_names_of_the_pages(cls, value: list[str]) -> list[str]:
        return [names.reachable_name(one, "mailman_web_aliases") for one in value]

    @field_validator("database_host")
    @classmethod
    def _is_a_database_host(cls, value: str) -> str:
        return names.reachable_name(value, "mailman_database_host")

    @field_validator("python", "tls_certificate", "tls_key", "backup")
    @classmethod
    def _is_a_path_on_the_host(cls, value: str, info: ValidationInfo) -> str:
        return names.host_path(value, f"{PREFIX}{info.field_name}") if value else ""

    @field_validator("break_run")
    @classmethod
    def _is_the_name_of_a_run(cls, value: str) -> str:
        return names.run_id(value) if value else ""

    @field_validator("web_apps")
    @classmethod
    def _are_modules(cls, value: list[str]) -> list[str]:
        return [names.module_path(one, "mailman_web_apps") for one in value]

    @field_validator("site_owner", "superuser_email")
    @classmethod
    def _is_an_address(cls, value: str, info: ValidationInfo) -> str:
        return names.address(value, f"{PREFIX}{info.field_name}") if value else ""

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
        return plain_values.core_config(value)

    @field_validator("web_settings")
    @classmethod
    def _holds_no_web_secret(cls, value: dict[str, Any]) -> dict[str, Any]:
        for key, setting in _WEB_SECRETS.items():
            if key in value:
                raise _belongs_elsewhere(f"mailman_web_settings['{key}']", setting)
        return plain_values.web_settings(value)

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
            known = {"": [*cls.model_fields], "lists": [*ListSettings.model_fields]}
            raise Refusals(refusals_of(error.errors(), PREFIX, known)) from None
        found = [*misspelt(data, PREFIX, [*cls.model_fields]), *contradictions(settings)]
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
        if self.is_split:
            return self.role == "database"
        return self.database == "postgresql" and self.database_host in ("localhost", "127.0.0.1")

    @property
    def database_server(self) -> str:
        """Where this host reaches the PostgreSQL server."""
        return next(iter(self.addresses("database")), self.database_host)

    def secret_references(self) -> dict[str, SecretReference]:
        """The secrets that this host needs: file name under the secrets directory -> reference."""
        wanted = [*self.role_secrets]
        if self.database == "postgresql" and self.runs("database", "core"):
            wanted.append("database_core_password")
        if self.database == "postgresql" and self.runs("database", "core", "web"):
            wanted.append("database_web_password")
        return {name: getattr(self, name) for name in wanted}


def _belongs_elsewhere(found: str, setting: str) -> Refusal:
    return Refusal(
        found=f"{found} is set",
        expected=f"{setting} to decide it",
        remedy=f"remove it and use {setting}",
    )
