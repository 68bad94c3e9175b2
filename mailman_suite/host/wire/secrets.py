"""What `host/apply/secrets.py` and `adopted_secrets.py` are told of secrets, and answer."""

from __future__ import annotations

from typing import TypedDict


class SecretsQuestion(TypedDict):
    """Names in a directory with [group, octal mode]; the salt is for the digests."""

    directory: str
    salt: str
    names: dict[str, list[str]]


class SecretsToApply(SecretsQuestion):
    """With the values of those that are given; the others are generated on the host."""

    values: dict[str, str]


class SecretsFound(TypedDict):
    """Names that are missing or have wrong attributes, and the digest of each that exists."""

    missing: list[str]
    attributes: list[str]
    digests: dict[str, str]


class AdoptedSecretsQuestion(TypedDict):
    """Where a suite made by hand has its secrets, where they go, and which group data gives."""

    directory: str
    core_config: str
    archiver_config: str
    web_settings: str
    python: str
    user: str
    given: list[str]


class SecretsToTakeOver(TypedDict):
    """Names of secrets that have no file yet, and of those that have two values on the host."""

    missing: list[str]
    differ: list[str]
