"""Turns one value of a column into its pseudonym, by the kind of the column."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable
from typing import Any

from mailman_suite.host.pseudonyms.replacement import Pseudonyms, message_id_hash

# What Core pickles into its own columns; nothing else of a copied database is ever called.
_PICKLED = {("sqlalchemy.ext.mutable", "MutableList"), ("datetime", "datetime")}
Kind = Callable[[Pseudonyms, Any], Any]
_PENDED = {"display_name": "name", "_mod_subject": "line", "subject": "line"}
_PENDED_PICKLE = "_pck_"


class UnknownContent(Exception):
    """A value that may hold addresses and that nobody here can look into."""


def value(names: Pseudonyms, kind: str, original: Any) -> Any:
    """The pseudonym of a value; None and what is empty stay. Raises UnknownContent."""
    if original is None or original in ("", b""):
        return original
    return _KINDS[kind](names, original)


def pended(names: Pseudonyms, key: str, original: str) -> str:
    """The value that Core keeps for this key of something that waits: JSON, or a word."""
    try:
        said = json.loads(original)
    except ValueError:
        return names.embedded(original)
    if key.startswith(_PENDED_PICKLE) and isinstance(said, str):
        content = said.encode("raw-unicode-escape")
        return json.dumps(_pickle(names, content).decode("raw-unicode-escape"))
    if isinstance(said, str) and said.startswith("<"):
        return json.dumps(names.message_id(said))
    if isinstance(said, str) and said:
        return json.dumps(value(names, _PENDED.get(key, "embedded"), said))
    return json.dumps(_within(names, said))


def path_of(digest: str) -> str:
    """Where Core's message store keeps the message with this hash."""
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def _json(names: Pseudonyms, original: str) -> str:
    try:
        return json.dumps(_within(names, json.loads(original)))
    except ValueError:
        return names.embedded(original)


def _within(names: Pseudonyms, said: Any) -> Any:
    """The same lists and mappings with other addresses in their texts."""
    if isinstance(said, str):
        return names.embedded(said)
    if isinstance(said, dict):
        return {_within(names, key): _within(names, one) for key, one in said.items()}
    if isinstance(said, (list, tuple, set)):
        return type(said)(_within(names, one) for one in said)
    return said


def _pickle(names: Pseudonyms, content: bytes) -> bytes:
    """A pickle of plain data; one without an address is left as it is."""
    if b"@" not in content:
        return content
    try:
        return pickle.dumps(_within(names, _Unpickler(io.BytesIO(content)).load()), protocol=2)
    except (pickle.UnpicklingError, EOFError, IndexError, ValueError) as error:
        raise UnknownContent(f"a pickle with an address in it: {error}") from None


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PICKLED:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"it holds {module}.{name}")


def _request(names: Pseudonyms, original: str) -> str:
    """The id of a held message, or whatever else a request is about."""
    return names.message_id(original) if original.startswith("<") else names.embedded(original)


def _user(names: Pseudonyms, original: str) -> str:
    return names.embedded(original) if "@" in original else f"user-{names.token('user', original)}"


_KINDS: dict[str, Kind] = {
    "address": Pseudonyms.whole,
    "name": Pseudonyms.name,
    "id": Pseudonyms.message_id,
    "line": Pseudonyms.line,
    "text": Pseudonyms.text,
    "data": Pseudonyms.data,
    "file": Pseudonyms.file_name,
    "embedded": Pseudonyms.embedded,
    "json": _json,
    "pickle": _pickle,
    "request": _request,
    "user": _user,
    "kept": lambda names, original: original,
    "nothing": lambda names, original: "{}",
    "token": lambda names, original: names.token("token", original, 24),
    # Begins as Django's passwords do that no password fits.
    "secret": lambda names, original: "!" + names.token("secret", original, 40),
    "hash": lambda names, original: message_id_hash(names.message_id(original)),
}
