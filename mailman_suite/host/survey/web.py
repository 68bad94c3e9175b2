"""What a host's Django settings and the web database say, read without starting Django.

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
import sqlite3
import sys
from typing import Any

from mailman_suite.host.base import verbs

SECRET = re.compile(r"(^|_)(pass|password|passwd|secret|token|key|api_key|private_key|dsn)($|_)")
# Django's own settings that only sound like it.
NO_SECRETS = ("AUTH_PASSWORD_VALIDATORS", "PASSWORD_HASHERS", "PASSWORD_RESET_TIMEOUT")
# Secrets inside a text: what stands before the host of a URL but for a user's name, and a password
# among its options.
IN_TEXT = re.compile(r"(?<=://)([^/:@\s]*:)?\S*(?=@)|(?<=password=)[^&\s]+")
MASKED = r"\1(masked)"
UNDEFINED_TABLE = "42P01"


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
        return IN_TEXT.sub(MASKED, value)
    if isinstance(value, (list, tuple)):
        return [shown("", one) for one in value]
    if isinstance(value, dict):
        return {str(key): shown(str(key), one) for key, one in value.items()}
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return {"unreadable": type(value).__name__}


def rows(database: "dict[str, Any]", statement: str) -> "list[tuple[Any, ...]]":
    """What a statement selects, without a right to write; no rows where the table is missing."""
    connection = connected(database)
    try:
        cursor = connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall())
    except Exception as error:  # the driver is only known at run time
        if "no such table" in str(error) or getattr(error, "pgcode", "") == UNDEFINED_TABLE:
            return []
        raise
    finally:
        connection.close()


def connected(database: "dict[str, Any]") -> "Any":
    """A connection that reads alone, to what Django calls a database."""
    engine = str(database["ENGINE"]).rpartition(".")[2]
    if engine == "sqlite3":
        return sqlite3.connect("file:{}?mode=ro".format(database["NAME"]), uri=True, timeout=30)
    if not engine.startswith("postgresql"):
        raise ValueError(f"a database of the kind {engine} is not read")
    given = {
        "host": database.get("HOST"),
        "port": database.get("PORT"),
        "user": database.get("USER"),
        "password": database.get("PASSWORD"),
        "sslmode": database.get("OPTIONS", {}).get("sslmode"),
    }
    import psycopg2  # Core's driver, which is in the same environment

    return psycopg2.connect(
        dbname=database["NAME"],
        options="-c default_transaction_read_only=on",
        **{key: value for key, value in given.items() if value},
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
        reason = IN_TEXT.sub(MASKED, str(error).strip()) or type(error).__name__
        answer["unreadable"].append(f"{subject}: {reason}")
    return answer


if __name__ == "__main__":
    verbs.main({"look": look})
