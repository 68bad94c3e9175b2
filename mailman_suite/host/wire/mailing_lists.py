"""What `host/apply/mailing_lists.py` is told of mail domains and lists, and answers."""

from __future__ import annotations

from typing import TypedDict, Union

Value = Union[bool, int, str, list[str]]  # of an attribute of a list


class DeclaredList(TypedDict):
    """One list; `settings` are attributes of its configuration in Core's REST API."""

    address: str
    display_name: str
    owners: list[str]
    style: str
    settings: dict[str, Value]


class DeclaredLists(TypedDict):
    """What has to exist; `rest` is the base URL of Core's API."""

    rest: str
    password_file: str
    lmtp_map: str
    domains: list[str]
    lists: list[DeclaredList]


class ListsToDo(TypedDict):
    """What is missing or differs; owners and settings by list."""

    missing_domains: list[str]
    missing_lists: list[str]
    missing_owners: dict[str, list[str]]
    settings: dict[str, dict[str, Value]]
    stale_map: bool
