"""Which values the two escape hatches may carry into mailman.cfg and into settings.py. Pure.

Each function returns the value or raises `Refusal`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from mailman_suite.base.refusal import Refusal

# A managed file's mark for a secret of the host, see host/apply/files.py.
_MARK = re.compile(r"@@\w+@@")
# Core reads option names in any case, so another spelling would get past what we look for.
_CORE_NAME = {
    "section": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*"),
    "key": re.compile(r"[a-z][a-z0-9_]*"),
}


def core_config(value: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Sections of mailman.cfg whose names and values cannot become lines of their own."""
    return {
        _core_name("section", section): {
            _core_name("key", key): _unmarked(content, f"mailman_core_config['{section}']")
            for key, content in keys.items()
        }
        for section, keys in value.items()
    }


def web_settings(value: Mapping[str, Any]) -> dict[str, Any]:
    """Django settings by name, each made of plain data only."""
    return {_django_name(key): _web_setting(key, content) for key, content in value.items()}


def _web_setting(key: str, value: Any) -> Any:
    try:
        return _plain(value, f"mailman_web_settings['{key}']")
    except RecursionError:
        raise Refusal(
            found=f"mailman_web_settings['{key}'] contains itself",
            expected="text, numbers, booleans, None, lists, tuples and dicts",
            remedy="write it as plain data, so that it can be rendered into settings.py",
        ) from None


def literal(value: Any) -> str:
    """Plain data as one line of Python, with double quotes, as in group data."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{literal(key)}: {literal(one)}' for key, one in value.items())}}}"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' * (len(value) == 1)})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def _core_name(kind: str, name: str) -> str:
    if _CORE_NAME[kind].fullmatch(name):
        return name
    raise Refusal(
        found=f"mailman_core_config has the {kind} {name!r}",
        expected=f"a {kind} of Core's schema.cfg: letters, digits, '_'"
        + (", '.' and '-'" if kind == "section" else ", all in lower case"),
        remedy="write it as mailman.cfg does, without brackets, spaces and line breaks",
    )


def _django_name(name: str) -> str:
    if re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        return name
    raise Refusal(
        found=f"mailman_web_settings has the key {name!r}",
        expected="a Django setting's name, all in capitals",
        remedy="write it as Django's documentation does",
    )


def _plain(value: Any, place: str) -> Any:
    """A value made of text, finite numbers, booleans, None, lists, tuples and dicts only."""
    if type(value) in (list, tuple):
        return type(value)(_plain(one, place) for one in value)
    if type(value) is dict:
        return {_plain(key, place): _plain(one, place) for key, one in value.items()}
    is_finite = type(value) is float and math.isfinite(value)
    if is_finite or type(value) in (str, int, bool, type(None)):
        return _unmarked(value, place)
    raise Refusal(
        found=f"{place} holds a {type(value).__name__}"
        + (" that is not finite" if type(value) is float else ""),
        expected="text, numbers, booleans, None, lists, tuples and dicts",
        remedy="write it as plain data, so that it can be rendered into settings.py",
    )


def _unmarked(value: Any, place: str) -> Any:
    if isinstance(value, str) and _MARK.search(value):
        raise Refusal(
            found=f"{place} holds @@ around a word",
            expected="a value without it, because @@NAME@@ marks a secret in templates",
            remedy="remove it; the secrets have settings of their own",
        )
    return value
