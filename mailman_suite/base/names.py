"""Which texts can be a host name, an address, a list, a database, a path on the host.

Each function returns the value in its canonical form or raises `Refusal`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from mailman_suite.base.refusal import Refusal

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"(?=.{{1,64}}$){_ATOM}(\.{_ATOM})*")  # RFC 5321's dot-string
_HOST_PATH = re.compile(r"(/[A-Za-z0-9._+@~=-]+)+")  # unquoted in units, ini files and Nginx
_RUN_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{6}")
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


def run_id(value: str) -> str:
    """The ID of a run, as histories and refusals print it."""
    if not _RUN_ID.fullmatch(value):
        raise Refusal(
            found=f"mailman_break_run names {value!r}",
            expected="the ID of a run such as 20261121T210355-3f2a1c",
            remedy="copy it from the refusal that names the run",
        )
    return value


def host_name(value: str, setting: str) -> str:
    """A fully qualified name that can be a mail domain or a web host, in lower case."""
    name = value.lower().removesuffix(".")
    if "." not in name or _is_an_ip(name) or not _is_a_name(name):
        raise Refusal(
            found=f"{setting} names {value!r}",
            expected="a fully qualified host name such as lists.your-domain.org",
            remedy=f"correct {setting} in group_data",
        )
    return _no_placeholder(name, setting)


def reachable_name(value: str, setting: str) -> str:
    """A host name with or without dots, or an IPv4 address; in lower case."""
    name = value.lower()
    if not _is_a_name(name) and not _is_an_ipv4(name):
        raise Refusal(
            found=f"{setting} names {value!r}",
            expected="a host name or an IPv4 address",
            remedy=f"correct {setting} in group_data",
        )
    return _no_placeholder(name, setting)


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


def host_path(value: str, setting: str) -> str:
    """The absolute path of a file on the host, of characters that need no quotes anywhere."""
    if _HOST_PATH.fullmatch(value):
        return value
    raise Refusal(
        found=f"{setting} = {value!r}",
        expected="an absolute path on the host, of letters, digits and . _ + @ ~ = -",
        remedy=f"correct {setting}, or give the file a plainer name",
    )


def module_path(value: str, setting: str) -> str:
    """The dotted path of a Python module or class."""
    if re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", value, re.ASCII):
        return value
    raise Refusal(
        found=f"{setting} names {value!r}",
        expected="a dotted Python path such as allauth.socialaccount.providers.github",
        remedy=f"correct {setting}",
    )


def one_line(value: str, setting: str) -> str:
    """A text without line ends and other control characters."""
    if value.isprintable():
        return value
    raise Refusal(
        found=f"{setting} = {value!r}",
        expected="one line of text without control characters",
        remedy=f"remove the line breaks from {setting}",
    )


def distinct(values: Sequence[str], setting: str) -> None:
    """Nothing; refuses values with a duplicate."""
    twice = sorted({one for one in values if values.count(one) > 1})
    if twice:
        raise Refusal(
            found=f"{', '.join(twice)} more than once in {setting}",
            expected="each once (capital letters make no difference)",
            remedy=f"remove the repetition from {setting}",
        )


def is_secret(key: str) -> bool:
    """Whether a setting's value must not be shown: its name speaks of a secret."""
    return re.search("pass|secret|key|token|url", key.lower()) is not None


def _is_a_name(name: str) -> bool:
    labels = name.split(".")
    is_numeric = labels[-1].isdigit()  # no top-level domain is, so this is a mistyped address
    return len(name) <= 253 and not is_numeric and all(map(_LABEL.fullmatch, labels))


def _no_placeholder(name: str, setting: str) -> str:
    if any(name == one or name.endswith("." + one) for one in _PLACEHOLDERS):
        raise Refusal(
            found=f"{setting} names {name!r}, a placeholder that nobody can reach",
            expected="a name of your own, with an MX or address record",
            remedy=f"put your own name into {setting}",
        )
    return name


def _is_an_ipv4(name: str) -> bool:
    return _is_an_ip(name) and ":" not in name


def _is_an_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
