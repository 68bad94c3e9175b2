"""Replaces what belongs to people in a copied suite: addresses, names, texts, in tables and files.

`apply`: {"databases": as parts.database.connections says it, "var": Core's directory,
         "web": the web's, "keep_users": [web user names that stay]}, run as the suite's account
         with everything stopped, by the interpreter of the release that stands there, which has
         Core's classes and the PostgreSQL driver.

Counts, joins and lengths stay about as they were. What cannot be kept whole is emptied: sessions,
tasks that wait, queues, logs, caches, the search index. Lists keep their names and domains.

Ends with an error, and with both databases as they were, where it meets contents that it does not
know and that hold an address, and where an address that it replaced is still to be found.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from mailman_suite.host.base import verbs
from mailman_suite.host.pseudonyms import columns as pseudonym_columns
from mailman_suite.host.pseudonyms import files as pseudonym_files
from mailman_suite.host.pseudonyms.replacement import Pseudonyms, length_class, message_id_hash
from mailman_suite.host.pseudonyms.rewriting import BATCH, Row, Store
from mailman_suite.host.pseudonyms.stores import opened
from mailman_suite.host.pseudonyms.values import UnknownContent, path_of, pended, value

Kinds = dict[str, dict[str, str]]
_TOLD_BATCHES = 100  # between two lines of progress
_WITHOUT = "Rehearse without mailman_rehearsal_pseudonyms, or empty it in the copy"


def apply(asked: dict[str, Any]) -> dict[str, int]:
    """Replaces personal data in the suite; counts by kind. SystemExit if some would be left."""
    databases, made_of = asked["databases"], pseudonym_files.core_message()
    with ExitStack() as stack:
        stores = {
            name: stack.enter_context(opened(databases[name], databases["secrets"]))
            for name in ("core", "web")
        }
        names = Pseudonyms(os.urandom(32), lists(stores))
        kept = frozenset(asked["keep_users"])
        parts = (
            Rewriting(stores["core"], pseudonym_columns.CORE, names),
            Rewriting(stores["web"], pseudonym_columns.WEB, names, kept),
        )
        stored = pseudonym_files.stored_messages(stores["core"])
        rows = sum(part.rewrite() for part in parts)
        for part in parts:
            part.require_nothing_left()
        for store in stores.values():
            store.commit()
        for store in stores.values():
            store.forget()
    files = pseudonym_files.apply(asked["var"], asked["web"], names, stored, made_of)
    return {"addresses": len(names.addresses), "rows": rows, **files}


def lists(stores: dict[str, Store]) -> list[str]:
    """The posting addresses of all lists, those too that only the archive knows any more."""
    asked = 'SELECT list_name, mail_host FROM "mailinglist"'
    core = [f"{name}@{host}" for name, host in stores["core"].execute(asked)]
    web = [
        str(row[0]) for row in stores["web"].execute('SELECT name FROM "hyperkitty_mailinglist"')
    ]
    return core + web


class Rewriting:
    """One database whose personal data is being replaced."""

    def __init__(
        self, store: Store, known: Kinds, names: Pseudonyms, kept: frozenset[str] = frozenset()
    ) -> None:
        """`known` are the columns with a kind of their own, `kept` user names that stay."""
        self._store, self._known, self._names, self._kept = store, known, names, kept
        self._threads: dict[str, str] = {}

    def rewrite(self) -> int:
        """Every table has pseudonyms; the number of rows that were rewritten."""
        tables = self._store.tables()
        if "hyperkitty_thread" in tables:
            self._threads = self._first_messages()
        return sum(self._table(table, columns) for table, columns in sorted(tables.items()))

    def require_nothing_left(self) -> None:
        """No address that was replaced is left; SystemExit naming the first column if any."""
        for table, columns in self._store.tables().items():
            looked_at = [column for column, of_type in columns.items() if of_type]
            for _, values in self._store.rows(table, looked_at) if looked_at else ():
                for column, found in zip(looked_at, values):
                    if self._names.left_in(found):
                        raise SystemExit(
                            f"{table}.{column} still holds an address that was replaced elsewhere; "
                            f"nothing was changed. {_WITHOUT}"
                        )

    def _table(self, table: str, columns: dict[str, str]) -> int:
        if table in pseudonym_columns.EMPTIED:
            self._store.execute(f'DELETE FROM "{table}"')
            return 0
        known = self._known.get(table, {})
        kinds = {
            column: known.get(column, "embedded")
            for column, of_type in columns.items()
            if of_type == "text" or column in known
        }
        total = 0
        for number, batch in enumerate(self._batches(table, list(kinds)), 1):
            total += self._batch(table, kinds, batch)
            if number % _TOLD_BATCHES == 0:
                print(f"{table}: {number * BATCH} rows so far", flush=True)
        if total:
            print(f"{table}: {total} rows", flush=True)
        return total

    def _batches(self, table: str, columns: list[str]) -> Iterator[list[Row]]:
        batch: list[Row] = []
        for row in self._store.rows(table, columns) if columns else ():
            batch.append(row)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _batch(self, table: str, kinds: dict[str, str], batch: list[Row]) -> int:
        changed = []
        for place, values in batch:
            row = dict(zip(kinds, values))
            try:
                now = tuple(self._cell(kind, column, row) for column, kind in kinds.items())
            except UnknownContent as error:
                raise SystemExit(f"{table}: {error}; nothing was changed. {_WITHOUT}") from None
            if now != values:
                changed.append((place, now))
        self._store.rewrite(table, list(kinds), changed)
        return len(changed)

    def _cell(self, kind: str, column: str, row: dict[str, Any]) -> Any:
        """The pseudonym of one value; some follow from others of the same row."""
        original = row[column]
        if kind in ("id-hash", "path"):
            digest = message_id_hash(self._names.message_id(row["message_id"]))
            return path_of(digest) if kind == "path" else digest
        if kind == "thread":
            return self._threads.get(original) or value(self._names, "hash", original)
        if kind == "pended":
            return pended(self._names, row["key"], original or "")
        if kind == "size":
            return _attachment_size(row)
        if kind in ("user", "secret") and row.get("username") in self._kept:
            return original  # so that somebody can log in
        return value(self._names, kind, original)

    def _first_messages(self) -> dict[str, str]:
        """{a thread's present name: its name once messages have other ids}."""
        pairs = self._store.execute(
            'SELECT "one"."thread_id", "first"."message_id" FROM "hyperkitty_thread" AS "one"'
            ' JOIN "hyperkitty_email" AS "first" ON "first"."message_id_hash" = "one"."thread_id"'
        )
        return {name: message_id_hash(self._names.message_id(first)) for name, first in pairs}


def _attachment_size(row: dict[str, Any]) -> int:
    """The size that the replaced content has. Raises UnknownContent where it is elsewhere."""
    if row["content"] is None and row["size"]:
        raise UnknownContent("attachments are in files of their own (HYPERKITTY_ATTACHMENT_FOLDER)")
    return length_class(len(row["content"] or b""))


if __name__ == "__main__":
    verbs.main({"apply": apply})
