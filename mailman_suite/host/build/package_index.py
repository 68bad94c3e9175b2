"""Where the host's pip finds packages, said in the words of uv, which does not read pip's files.

The names are those of https://pip.pypa.io/en/stable/cli/pip/ and of uv's reference of environment
variables. All go through the environment: an address can hold a password, and arguments are public.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping

# In pip's order of precedence for `pip install`: later sections override earlier ones.
_SECTIONS = ("global", "install", ":env:")
_VARIABLES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "retries": "UV_HTTP_RETRIES",
}
_TRUE = {"1", "true", "yes", "on", "y", "t"}


def pip_settings(listed: str) -> dict[str, str]:
    """The settings of `pip install` in the answer of `pip config list`: name to value.

    Its lines are `SECTION.NAME='VALUE'`. Several addresses in a value are separated by spaces.
    """
    sections: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.partition(".")
        sections.setdefault(section, {})[name] = " ".join(ast.literal_eval(value).split())
    return {name: value for each in _SECTIONS for name, value in sections[each].items()}


def uv_environment(settings: Mapping[str, str], inherited: Mapping[str, str]) -> dict[str, str]:
    """What makes uv ask the same indexes in the same way.

    `inherited` is the environment of the build; requests, and so pip, reads REQUESTS_CA_BUNDLE.
    """
    bundle = inherited.get("REQUESTS_CA_BUNDLE", "")
    found = {variable: settings.get(name, "") for name, variable in _VARIABLES.items()}
    found |= {
        "SSL_CERT_FILE": found["SSL_CERT_FILE"] or bundle,
        "UV_FIND_LINKS": ",".join(_links(settings.get("find-links", ""))),
        "UV_NO_INDEX": "1" if settings.get("no-index", "").lower() in _TRUE else "",
        "UV_HTTP_TIMEOUT": _whole(settings),
        **_proxies(settings.get("proxy", "")),
    }
    return {variable: value for variable, value in found.items() if value}


def _links(value: str) -> list[str]:
    """Addresses, and directories that exist: pip warns of others, where uv gives up."""
    return [one for one in value.split() if "://" in one or os.path.exists(one)]


def _whole(settings: Mapping[str, str]) -> str:
    """pip's timeout in whole seconds, at least one; empty where it has none of its own."""
    value = settings.get("timeout") or settings.get("default-timeout", "")
    return str(max(1, round(float(value)))) if value else ""


def _proxies(address: str) -> dict[str, str]:
    if not address:
        return {}
    address = address if "://" in address else f"http://{address}"
    return {"HTTP_PROXY": address, "HTTPS_PROXY": address}
