"""What group data say of one mailing list."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from mailman_suite.base import names


class Frozen(BaseModel):
    """Values that nobody changes and whose keys and types are all known."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ListSettings(Frozen):
    """One mailing list that is created when it is missing.

    `settings` holds attributes of Core's list configuration (REST `/lists/<id>/config`) that are
    kept at these values; every other attribute belongs to the list's owners.
    """

    address: str
    display_name: str = ""
    owners: list[str] = Field(default_factory=list)
    style: Literal["legacy-default", "legacy-announce", "private-default"] = "legacy-default"
    settings: dict[str, bool | int | str | list[str]] = Field(default_factory=dict)

    @field_validator("address")
    @classmethod
    def _is_a_list_address(cls, value: str) -> str:
        return names.list_address(value)

    @field_validator("display_name")
    @classmethod
    def _is_one_line(cls, value: str) -> str:
        return names.one_line(value, "a list's display_name")

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
