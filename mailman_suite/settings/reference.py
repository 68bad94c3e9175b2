"""Prints docs/settings.md from the settings: `make settings-page`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from mailman_suite.base.plain_values import literal
from mailman_suite.settings import GROUPS
from mailman_suite.settings.kinds import Words
from mailman_suite.settings.lists import ListSettings
from mailman_suite.settings.model import PREFIX, Frozen
from mailman_suite.settings.secret_references import SecretReference

_TOP = """\
# Settings

<!-- Made by `make settings-page` from mailman_suite/settings/: change it there. -->

Set them in `group_data/prod.py` for all production hosts, or in `inventories/prod.py` for one host.
You have to set {required}.
All others have a default.

A run ends before it changes anything if a name is unknown, a value does not fit, or settings
contradict each other.
"""
_WIDTH = 96


def page() -> str:
    """The whole page as Markdown."""
    fields = {name: field for group in GROUPS for name, field in group.model_fields.items()}
    required = ", ".join(_link(name) for name, field in fields.items() if field.is_required())
    lines = [_TOP.format(required=required), *_contents()]
    for group in GROUPS:
        lines += [f"## {group.model_config['title']}\n", f"{_flowed(group.__doc__)}\n"]
        for name, field in group.model_fields.items():
            lines += _setting(name, field)
    return "\n".join(lines).rstrip() + "\n"


def _contents() -> Iterator[str]:
    yield "| group | settings |"
    yield "| --- | --- |"
    for group in GROUPS:
        yield f"| {group.model_config['title']} | {', '.join(map(_link, group.model_fields))} |"
    yield ""


def _link(name: str) -> str:
    return f"[`{PREFIX}{name}`](#{PREFIX}{name})"


def _setting(name: str, field: FieldInfo) -> Iterator[str]:
    yield f"### `{PREFIX}{name}`\n"
    yield f"{_flowed(field.description)}\n"
    yield f"- type: {words(field.annotation, field.metadata)}"
    yield f"- {_default(field)}\n"
    if field.annotation == list[ListSettings]:
        yield from _entries()
    yield "```python"
    yield from assignment(name, field)
    yield "```\n"


def assignment(name: str, field: FieldInfo) -> list[str]:
    """The example of a setting as lines of group data."""
    return broken(f"{PREFIX}{name} = ", (field.examples or [None])[0], "")


def _entries() -> Iterator[str]:
    """The keys of an entry of mailman_lists."""
    yield "| key | type | default | what it is |"
    yield "| --- | --- | --- | --- |"
    for name, field in ListSettings.model_fields.items():
        default = _default(field).removeprefix("default: ")
        kind = words(field.annotation, field.metadata)
        yield f"| `{name}` | {kind} | {default} | {_flowed(field.description)} |"
    yield ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "has to be set"
    value = field.get_default(call_default_factory=True)
    return f"default: `{literal(str(value) if isinstance(value, SecretReference) else value)}`"


def broken(before: str, value: Any, after: str) -> list[str]:
    """The value as Python; on several lines where one would be too long."""
    line = f"{before}{literal(value)}{after}"
    if len(line) <= _WIDTH or not isinstance(value, (list, dict)):
        return [line]
    indent = before[: len(before) - len(before.lstrip())]
    parts = [("", one) for one in value] if isinstance(value, list) else _entitled(value)
    inner = [line for key, one in parts for line in broken(f"{indent}    {key}", one, ",")]
    opening, closing = "[]" if isinstance(value, list) else "{}"
    return [f"{before}{opening}", *inner, f"{indent}{closing}{after}"]


def _entitled(value: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(f"{literal(key)}: ", one) for key, one in value.items()]


def words(kind: Any, metadata: Sequence[Any] = ()) -> str:
    """A type in plain words, for example `whole number from 1 to 64`."""
    for one in metadata:
        if isinstance(one, Words):
            return one.text
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        return words(inner, more)
    if get_origin(kind) is Literal:
        return " or ".join(f"`{literal(one)}`" for one in get_args(kind))
    if get_origin(kind) is list:
        return f"list; each entry is a {words(get_args(kind)[0])}"
    return _simple(kind, metadata)


def _simple(kind: Any, metadata: Sequence[Any]) -> str:
    if isinstance(kind, type) and issubclass(kind, Frozen):
        return "dictionary with the keys below"
    if kind is int:
        lowest = next(one.ge for one in metadata if isinstance(one, Ge))
        highest = next(one.le for one in metadata if isinstance(one, Le))
        return f"whole number from {lowest} to {highest}"
    return {bool: "`True` or `False`", str: "text"}[kind]


def _flowed(text: str | None) -> str:
    """A docstring as one paragraph of Markdown."""
    return " ".join((text or "").split())


if __name__ == "__main__":
    sys.stdout.write(page())
