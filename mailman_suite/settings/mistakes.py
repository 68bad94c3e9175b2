"""Wrong settings in our words: found, expected, what to do. Pure.

The value of a secret, and whatever could hold one, is never repeated.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from mailman_suite.base import names
from mailman_suite.base.refusal import Refusal, Refusals

Place = tuple[int | str, ...]

# Deeper parts name the members of a union that were tried: `core_config.mta.max_recipients.int`.
_DEPTH = {"core_config": 3, "lists": 4}
# What stands in these is the operator's own, and may well be a password of another service.
_HATCHES = ("mailman_core_config", "mailman_web_settings")

_TYPES: dict[type, str] = {str: "a text", list: "a list", dict: "a dictionary"}
_EXPECTED = {
    "string_type": "a text in quotes",
    "list_type": "a list in square brackets",
    "dict_type": "a dictionary in braces",
    "model_type": "a dictionary in braces",
    "int_type": "a whole number",
    "bool_type": "True or False",
    "greater_than_equal": "a number of at least {ge}",
    "less_than_equal": "a number of at most {le}",
    "too_short": "at least one entry",
    "literal_error": "one of {expected}",
}


def refusals_of(
    errors: Iterable[ErrorDetails], prefix: str, known: Mapping[str, Sequence[str]]
) -> list[Refusal]:
    """A `Refusal` for each wrong place, or those that a rule of ours raised for it.

    `known` holds the names that may stand at the top (`""`) and in an entry of `lists`.
    """
    places: dict[Place, list[ErrorDetails]] = {}
    for error in errors:
        depth = _DEPTH.get(str(error["loc"][0]))
        places.setdefault(error["loc"][:depth], []).append(error)
    return [
        one
        for place, found in places.items()
        for one in _refused(found) or [_refusal(place, found, prefix, known)]
    ]


def misspelt(keys: Collection[str], prefix: str, known: Sequence[str]) -> Iterator[Refusal]:
    """Keys that would be ignored, since they lack our prefix, and are meant for settings of ours.

    That is a prefix with a typing mistake, and a setting's name without the prefix or in another
    spelling (`web_host`, `MAILMAN_WEB_HOST`, `mailman-web-host`). A key beside the setting that it
    resembles is a variable of the operator's own: `mailman_web_host = web_host`.
    """
    ours = [prefix + name for name in known]
    spelt = {
        _letters(spelling): prefix + name for name in known for spelling in (name, prefix + name)
    }
    for key in keys:
        if key.startswith(prefix):
            continue
        if setting := spelt.get(_letters(key)):
            if setting not in keys:
                yield _unprefixed(key, setting)
        elif near := difflib.get_close_matches(key, ours, 1, 0.9):
            yield _unknown(key, near[0])


def _letters(key: str) -> str:
    """A name without what different spellings make of it."""
    return "".join(filter(str.isalnum, key)).lower()


def _refused(errors: list[ErrorDetails]) -> Sequence[Refusal]:
    """What a rule of ours said of a place; nothing where pydantic judged."""
    raised = errors[0].get("ctx", {}).get("error")
    return raised.reasons if isinstance(raised, Refusal | Refusals) else ()


def _refusal(
    place: Place, errors: list[ErrorDetails], prefix: str, known: Mapping[str, Sequence[str]]
) -> Refusal:
    first = errors[0]
    key = prefix + _written(place)
    where = f"set {key} in group_data/ or in the inventory; docs/settings.md explains it"
    if first["type"] == "missing":
        return Refusal(found=f"{key} is not set", expected="a value", remedy=where)
    if first["type"] == "extra_forbidden":
        return _unknown(key, _nearest(place, prefix, known))
    expected = " or ".join(dict.fromkeys(map(_expected, errors)))
    return Refusal(found=f"{key} {_shown(key, first['input'])}", expected=expected, remedy=where)


def _written(place: Place) -> str:
    """A place as Python writes it: `lists[0]['address']`."""
    inner = (f"[{part!r}]" for part in place[1:] if part != "[key]")
    return f"{place[0]}{''.join(inner)}"


def _nearest(place: Place, prefix: str, known: Mapping[str, Sequence[str]]) -> str:
    table = str(place[0]) if len(place) > 1 else ""
    near = difflib.get_close_matches(str(place[-1]), known[table], 1, 0.0)[0]
    return near if table else prefix + near


def _unknown(key: str, nearest: str) -> Refusal:
    return Refusal(
        found=f"the unknown setting {key}",
        expected=f"a setting that docs/settings.md lists; the nearest is {nearest}",
        remedy="correct the spelling or remove it",
    )


def _unprefixed(key: str, setting: str) -> Refusal:
    return Refusal(
        found=f"{key}, which looks like the setting {setting} and has no effect",
        expected=f"the name {setting}, spelt so",
        remedy=f"rename it to {setting}; a variable of your own needs another name",
    )


def _expected(error: ErrorDetails) -> str:
    """In the words of docs/settings.md; pydantic's own name its classes."""
    limits = error.get("ctx", {})
    words = _EXPECTED.get(error["type"], error["msg"].removeprefix("Input should be "))
    return words.format(**limits)


def _shown(key: str, value: Any) -> str:
    """What a setting has, as a predicate; nothing that could be a secret."""
    if names.is_secret(key) and not isinstance(value, (list, dict)):
        return "has a value that is not repeated here"
    is_short = value in (None, [], {}) or isinstance(value, (str, int, float))
    if is_short and not key.startswith(_HATCHES):
        return f"= {value!r}"
    return f"is {_TYPES.get(type(value), 'a ' + type(value).__name__)}"
