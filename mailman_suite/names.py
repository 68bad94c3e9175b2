"""Which texts can be a host name, an address, a list, a database, a Django setting.

Each function returns the value in its canonical form or raises `Refusal`.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from mailman_suite.errors import Refusal

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_LIST_NAME = re.compile(r"[-_.0-9a-z]+")  # Core's default [mailman] listname_chars
_RESERVED_SUFFIXES = (
    "-bounces",
    "-confirm",
    "-join",
    "-leave",
    "-owner",
    "-request",
    "-subscribe",
    "-unsubscribe",
)
# RFC 2606 and upstream's Django fixture: a suite that goes by these names sends dead links.
_PLACEHOLDERS = ("example.com", "example.net", "example.org")


def host_name(value: str, setting: str) -> str:
    """A fully qualified name that can be a mail domain or a web host, in lower case."""
    name = value.lower().rstrip(".")
    labels = name.split(".")
    if not value or _is_an_ip(name) or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        raise Refusal(
            found=f"{setting} names {value!r}",
            expected="a fully qualified host name such as lists.your-domain.org",
            remedy=f"correct {setting} in group_data",
        )
    if any(name == one or name.endswith("." + one) for one in _PLACEHOLDERS):
        raise Refusal(
            found=f"{setting} names {value!r}, a placeholder that nobody can reach",
            expected="a name of your own, with an MX or address record",
            remedy=f"put your own name into {setting}",
        )
    return name


def address(value: str, setting: str) -> str:
    """A mail address `local@domain` with its domain in lower case."""
    local, at, domain = value.rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local):
        raise Refusal(
            found=f"{value!r} as {setting}",
            expected="a mail address such as postmaster@your-domain.org",
            remedy="correct it in group_data",
        )
    return f"{local}@{host_name(domain, setting)}"


def list_address(value: str) -> str:
    """The posting address of a mailing list, in lower case."""
    checked = address(value, "a list's address").lower()
    local = checked.partition("@")[0]
    if not _LIST_NAME.fullmatch(local) or local.endswith(_RESERVED_SUFFIXES):
        raise Refusal(
            found=f"the list address {value!r}",
            expected="letters, digits, '-', '_' and '.' before the @, and none of Mailman's own "
            f"endings ({', '.join(_RESERVED_SUFFIXES)})",
            remedy="choose another name for the list",
        )
    return checked


def identifier(value: str, setting: str) -> str:
    """A Django user name: what its validator accepts and a person can type."""
    if re.fullmatch(r"[A-Za-z0-9][\w.@+-]{0,149}", value):
        return value
    raise Refusal(
        found=f"{setting} = {value!r}",
        expected="letters, digits and . @ + - _",
        remedy=f"choose another {setting}",
    )


def database_name(value: str) -> str:
    """A PostgreSQL role or database name that needs no quoting."""
    if re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", value):
        return value
    raise Refusal(
        found=f"the database or role name {value!r}",
        expected="lower case letters, digits and '_', at most 63, not beginning with a digit",
        remedy="rename it in group_data",
    )


def django_setting(value: str) -> str:
    """The name of a Django setting."""
    if re.fullmatch(r"[A-Z][A-Z0-9_]*", value):
        return value
    raise Refusal(
        found=f"mailman_web_settings has the key {value!r}",
        expected="a Django setting's name, all in capitals",
        remedy="write it as Django's documentation does",
    )


def plain(value: Any, setting: str) -> Any:
    """A value made of text, numbers, booleans, None, lists, tuples and dicts alone."""
    if isinstance(value, (list, tuple)):
        return type(value)(plain(one, setting) for one in value)
    if isinstance(value, dict):
        return {plain(key, setting): plain(one, setting) for key, one in value.items()}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise Refusal(
        found=f"mailman_web_settings['{setting}'] holds a {type(value).__name__}",
        expected="text, numbers, booleans, None, lists, tuples and dicts",
        remedy="write it as plain data, so that it can be rendered into settings.py",
    )


def distinct(values: list[str]) -> list[str]:
    """The same list, refused when a value stands in it twice."""
    twice = sorted({one for one in values if values.count(one) > 1})
    if twice:
        raise Refusal(
            found=f"{', '.join(twice)} more than once in mailman_domains",
            expected="each domain once",
            remedy="remove the repetition",
        )
    return values


def is_secret(key: str) -> bool:
    """Whether a setting's value must not be shown."""
    return key.endswith(("password", "_key"))


def _is_an_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
