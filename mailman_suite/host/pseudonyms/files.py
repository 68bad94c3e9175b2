"""Replaces what people wrote in the files of a copied suite: stored messages, digests, templates.

Queues, archives beside the database, logs, caches and the search index are emptied.
"""

from __future__ import annotations

import mailbox
import os
import pickle
import shutil
from collections.abc import Iterator, Sequence
from email.message import Message
from pathlib import Path
from typing import Any

from mailman_suite.host.pseudonyms.replacement import DOMAIN, Pseudonyms, message_id_hash
from mailman_suite.host.pseudonyms.rewriting import Store
from mailman_suite.host.pseudonyms.values import path_of

Stored = tuple[str, str]  # a message's path below Core's store, and its id, before they change
_STORED = 'SELECT path, message_id FROM "message"'
_EMPTIED_IN_VAR = ("queue", "archives", "logs", "cache", "locks")
_EMPTIED_IN_WEB = ("logs", "cache", "fulltext_index")
_CHUNK, _OVERLAP = 1 << 20, 1 << 10


def stored_messages(core: Store) -> list[Stored]:
    """What Core's database says of its message store."""
    return [(str(path), str(message_id)) for path, message_id in core.execute(_STORED)]


def apply(
    var: str, web: str, names: Pseudonyms, stored: Sequence[Stored], made_of: Any
) -> dict[str, int]:
    """Replaces personal data in all files; counts by kind. SystemExit if an address is left.

    Core's stored messages become instances of `made_of`.
    """
    emptied = [Path(var, name) for name in _EMPTIED_IN_VAR]
    emptied += [Path(web, name) for name in _EMPTIED_IN_WEB]
    told = {
        "stored_messages": _replace_messages(Path(var, "messages"), names, stored, made_of),
        "digests": _replace_digests(Path(var, "lists"), names),
        "templates": _replace_templates(Path(var, "templates"), names),
        "files_emptied": sum(map(_empty, emptied)),
    }
    for place in (Path(var), Path(web)):
        require_nothing_left(place, names)
    return told


def require_nothing_left(place: Path, names: Pseudonyms) -> None:
    """No file below holds an address that was replaced; SystemExit naming the first one if any."""
    for path in _files(place):
        if any(map(names.left_in, _parts(path))):
            raise SystemExit(f"{path} still holds an address that was replaced; remove the copy")


def _replace_messages(
    store: Path, names: Pseudonyms, stored: Sequence[Stored], made_of: Any
) -> int:
    """Each message has another text, at the place that its new id leads to."""
    known = [(store / path, message_id) for path, message_id in stored if (store / path).exists()]
    fresh = store.with_name(".messages")
    for path, message_id in known:
        made = names.message_id(message_id)
        place = fresh / path_of(message_id_hash(made))
        place.parent.mkdir(parents=True, exist_ok=True)
        message = _written(made_of(), made, names, path.stat().st_size)
        place.write_bytes(pickle.dumps(message, protocol=2))
    if store.exists():
        fresh.mkdir(exist_ok=True)
        _like(fresh, store)
        shutil.rmtree(store)
        fresh.rename(store)
    return len(known)


def core_message() -> Any:
    """The class of the messages that Core keeps; SystemExit without Core's own interpreter."""
    try:
        from mailman.email.message import Message as CoreMessage
    except ImportError as error:
        raise SystemExit(f"{error}; run this with the interpreter of the suite's release") from None
    return CoreMessage


def _written(message: Any, message_id: str, names: Pseudonyms, size: int) -> Any:
    message["From"] = f"Somebody <p{names.token('address', message_id)}@{DOMAIN}>"
    message["Subject"] = names.line("a subject of some length")
    message["Message-ID"] = message_id
    message["Message-ID-Hash"] = message_id_hash(message_id)
    message["X-Message-ID-Hash"] = message_id_hash(message_id)
    message.set_payload(names.text("x" * size))
    return message


def _replace_digests(lists: Path, names: Pseudonyms) -> int:
    """The posts that wait for a digest have other texts; other files of lists are removed."""
    count = 0
    for path in list(_files(lists)):
        if path.suffix != ".mmdf":
            path.unlink()
            continue
        fresh = path.with_name(f".{path.name}")
        old, new = mailbox.MMDF(path, create=False), mailbox.MMDF(fresh)
        for one in old:
            message_id = names.message_id(str(one["Message-ID"] or "<none>"))
            new.add(_written(Message(), message_id, names, len(one.as_bytes())))
            count += 1
        old.close()
        new.close()
        _like(fresh, path)
        fresh.rename(path)
    return count


def _replace_templates(folder: Path, names: Pseudonyms) -> int:
    """What lists say stays; addresses in it do not."""
    found = list(_files(folder))
    for path in found:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        path.write_text(names.embedded(text), encoding="utf-8", errors="surrogateescape")
    return len(found)


def _empty(folder: Path) -> int:
    """The folders stay, with their owners; the number of files that were removed."""
    found = list(_files(folder))
    for path in found:
        path.unlink()
    return len(found)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _parts(path: Path) -> Iterator[bytes]:
    """A file's contents in parts that overlap, so that no address is cut in all of them."""
    with path.open("rb") as file:
        before = b""
        while chunk := file.read(_CHUNK):
            yield before + chunk
            before = chunk[-_OVERLAP:]


def _like(path: Path, other: Path) -> None:
    """The path, and what is below, belongs to the other's owner, who alone can read it."""
    status = other.stat()
    for one in [path, *path.rglob("*")]:
        os.chown(one, status.st_uid, status.st_gid)
        one.chmod(0o750 if one.is_dir() else 0o640)
