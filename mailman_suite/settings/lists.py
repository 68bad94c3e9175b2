"""The mail domains, and the mailing lists that are declared."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from mailman_suite.base import names
from mailman_suite.base.refusal import Refusals
from mailman_suite.settings import list_attributes
from mailman_suite.settings.kinds import HostName, Words
from mailman_suite.settings.model import Frozen, PerHost


def _one_line(value: str) -> str:
    return names.one_line(value, "a list's display_name")


def _owner(value: str) -> str:
    return names.address(value, "a list's owner")


def _attributes(value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
    wrong = list(list_attributes.wrong(value, info.data.get("address", "a list")))
    if wrong:
        raise Refusals(wrong)
    return value


class ListSettings(Frozen):
    """One mailing list that is created if it does not exist."""

    address: Annotated[str, AfterValidator(names.list_address), Words("mail address")]
    """Address for posts to the list, in one of `mailman_domains`."""

    display_name: Annotated[str, AfterValidator(_one_line), Words("text on one line")] = ""
    """Name that people read, kept at this value. Empty leaves it to the list's owners."""

    owners: list[Annotated[str, AfterValidator(_owner), Words("mail address")]] = Field(
        default_factory=list
    )
    """Addresses of owners. Missing ones are added; further owners of the list stay."""

    style: Literal["legacy-default", "legacy-announce", "private-default"] = "legacy-default"
    """Core's style, from which a new list takes its settings. Existing lists keep theirs."""

    settings: Annotated[
        dict[str, Any],
        AfterValidator(_attributes),
        Words("dictionary from attributes of Core's list configuration to values"),
    ] = Field(default_factory=dict)
    """Attributes that every run keeps at these values; their names are those of Core's REST API
    (`/lists/LIST-ID/config`). All others belong to the list's owners.
    """

    @property
    def list_id(self) -> str:
        """Core's List-ID of this list, for example `staff.lists.uni.test`."""
        return self.address.replace("@", ".", 1)

    @property
    def domain(self) -> str:
        """The list's mail domain."""
        return self.address.partition("@")[2]


def _distinct_domains(value: list[str]) -> list[str]:
    names.distinct(value, "mailman_domains")
    return value


def _distinct_lists(value: list[ListSettings]) -> list[ListSettings]:
    names.distinct([one.address for one in value], "mailman_lists")
    return value


class ListsSettings(PerHost, title="Domains and lists"):
    """Domains and lists are created if they do not exist. Taking one out of group data does not
    delete it.
    """

    domains: Annotated[
        list[HostName],
        AfterValidator(_distinct_domains),
        Field(min_length=1, examples=[["lists.your-domain.org"]]),
    ]
    """Mail domains of the lists: the part of a list's address after the @."""

    lists: Annotated[
        list[ListSettings],
        AfterValidator(_distinct_lists),
        Field(
            examples=[
                [
                    {
                        "address": "staff@lists.your-domain.org",
                        "display_name": "Staff",
                        "owners": ["head@your-domain.org"],
                        "settings": {"advertised": False},
                    }
                ]
            ]
        ),
    ] = Field(default_factory=list)
    """Mailing lists to create, with the attributes that stay as declared."""
