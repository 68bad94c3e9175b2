"""A host's Django settings and the web database, read without starting Django.

`look`: {"web_settings": path, "own_settings": the file of these that the host's owner edits}, run
as the suite's user with the interpreter of the release that stands on the host: the settings file
is executed, as each of its services does at its start. That interpreter may be Python 3.6, hence
the quotes around types.
-> {"web_settings", "web_migrations", "emails", "case_duplicates", "search_index", "unreadable"}
"""

import ast
import os
import re
import runpy
import sys
from collections.abc import Callable, Mapping
from typing import Any

from mailman_suite.host.base import verbs
from mailman_suite.host.base.engines import every_engine
from mailman_suite.host.survey import drivers, masking

SECRET = re.compile(r"(^|_)(pass|password|passwd|secret|token|key|api_key|private_key|dsn)($|_)")
# Django's own settings that only sound like it.
NO_SECRETS = ("AUTH_PASSWORD_VALIDATORS", "PASSWORD_HASHERS", "PASSWORD_RESET_TIMEOUT")
DJANGO_KINDS = {"sqlite3": "sqlite"}


def executed(path: str) -> "dict[str, Any]":
    """Every name that the settings file ends up with, those of mailman-web included."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.dirname(path))
    os.environ["MAILMAN_WEB_CONFIG"] = path
    return runpy.run_path(path)


def names_set(path: str) -> "set[str]":
    """The settings that the host's own files assign or change, not those that they import."""
    with open(path, encoding="utf-8") as text:
        tree = ast.parse(text.read())
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and is_changed(node)}
    found |= {name for node in ast.walk(tree) for name in changed_within(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found.update(one.id for one in ast.walk(node.func) if isinstance(one, ast.Name))
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            beside = os.path.join(os.path.dirname(path), f"{node.module}.py")
            found.update(names_set(beside) if os.path.isfile(beside) else ())
    return {name for name in found if name.isupper()}


def is_changed(node: "ast.Name") -> bool:
    """Whether a name is assigned here."""
    return isinstance(node.ctx, ast.Store)


def changed_within(node: "ast.AST") -> "list[str]":
    """The name of a mapping that gets an entry here: LOGGING["handlers"]["file"] = ..."""
    if not (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)):
        return []
    inner: ast.AST = node
    while isinstance(inner, (ast.Subscript, ast.Attribute)):
        inner = inner.value
    return [inner.id] if isinstance(inner, ast.Name) else []


def shown(name: str, value: "Any") -> "Any":
    """A value as JSON holds it, without secrets; {"unreadable": type} for what JSON has not."""
    if SECRET.search(name.lower()) and name not in NO_SECRETS:
        return "(masked)"
    if isinstance(value, str):
        return masking.masked(value)
    if isinstance(value, (list, tuple)):
        return [shown("", one) for one in value]
    if isinstance(value, dict):
        return {str(key): shown(str(key), one) for key, one in value.items()}
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return {"unreadable": type(value).__name__}


def rows(database: "dict[str, Any]", statement: str) -> "list[tuple[Any, ...]]":
    """What a statement selects, without a right to write; no rows where the table is missing."""
    return drivers.rows(connected(database), statement)


def connected(database: "dict[str, Any]") -> "Any":
    """A read-only connection to what Django calls a database."""
    # Before Django 2.0 the driver's name follows the kind: postgresql_psycopg2.
    kind = str(database["ENGINE"]).rpartition(".")[2].partition("_")[0]
    return drivers.opened(CONNECTIONS, DJANGO_KINDS.get(kind, kind), database)


def _sqlite(database: "dict[str, Any]") -> "Any":
    return drivers.sqlite_file(database["NAME"])


def _postgresql(database: "dict[str, Any]") -> "Any":
    given = {
        "host": database.get("HOST"),
        "port": database.get("PORT"),
        "user": database.get("USER"),
        "password": database.get("PASSWORD"),
        "sslmode": database.get("OPTIONS", {}).get("sslmode"),
    }
    present = {key: value for key, value in given.items() if value}
    return drivers.postgresql(dbname=database["NAME"], **present)


CONNECTIONS: "Mapping[str, Callable[[dict[str, Any]], Any]]" = every_engine(
    sqlite=_sqlite, postgresql=_postgresql
)


def migrations(database: "dict[str, Any]") -> "dict[str, list[str]]":
    """The applied migrations by app."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(rows(database, "SELECT app, name FROM django_migrations")):
        found.setdefault(app, []).append(name)
    return found


def twins(database: "dict[str, Any]") -> "list[str]":
    """Addresses that a change to lower case would bring into conflict, as `A@x/a@x`.

    Unique are, per account, its addresses, and among all accounts the verified ones.
    """
    groups: dict[tuple[Any, str], list[str]] = {}
    listed = rows(database, "SELECT user_id, email, verified FROM account_emailaddress ORDER BY id")
    for user, email, is_verified in listed:
        groups.setdefault((user, email.lower()), []).append(email)
        if is_verified:
            groups.setdefault((None, email.lower()), []).append(email)
    found = {"/".join(emails) for emails in groups.values() if len(set(emails)) > 1}
    return sorted(found)


def search_index(names: "dict[str, Any]") -> "dict[str, Any]":
    """Engine and path of the full-text index, whether there is something, and can be read."""
    default = names.get("HAYSTACK_CONNECTIONS", {}).get("default", {})
    path = str(default.get("PATH") or "")
    exists = os.path.isdir(path) and bool(os.listdir(path)) if os.path.isabs(path) else False
    readable = exists and is_readable(path)
    return {"engine": default.get("ENGINE"), "path": path, "exists": exists, "readable": readable}


def is_readable(path: str) -> bool:
    """Whether every document of a Whoosh index can be read where there is no pytz.

    Django before 4.0 made times with it, which the index keeps as pickles.
    """
    present = sys.modules.get("pytz")
    sys.modules["pytz"] = None  # type: ignore[assignment]  # an import of it fails now
    try:
        from whoosh import index

        with index.open_dir(path, readonly=True).reader() as reader:
            return all(True for _ in reader.iter_docs())
    except Exception:  # whatever it is: a new index is the cure
        return False
    finally:
        del sys.modules["pytz"]
        if present:
            sys.modules["pytz"] = present


def look(arguments: "dict[str, Any]") -> "dict[str, Any]":
    """Everything that could be read; what could not is named in `unreadable`, and null."""
    path = arguments["web_settings"]
    nothing = ("web_migrations", "emails", "case_duplicates", "search_index")
    answer: dict[str, Any] = dict(dict.fromkeys(nothing), web_settings={}, unreadable=[])
    subject = path
    try:
        names = executed(path)
        own = sorted(names_set(arguments["own_settings"]) & names.keys())
        answer["web_settings"] = {name: shown(name, names[name]) for name in own}
        answer["search_index"] = search_index(names)
        subject = "the web database"
        database = names["DATABASES"]["default"]
        answer["web_migrations"] = migrations(database)
        counted = rows(database, "SELECT count(*) FROM hyperkitty_email")
        answer["emails"] = counted[0][0] if counted else 0
        answer["case_duplicates"] = twins(database)
    except (Exception, SystemExit) as error:  # whatever it is, the host is not ready
        reason = masking.masked(str(error).strip()) or type(error).__name__
        answer["unreadable"].append(f"{subject}: {reason}")
    return answer


if __name__ == "__main__":
    verbs.main({"look": look})
