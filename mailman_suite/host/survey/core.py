"""What Core's configuration, directories and database say, read without running any Core command.

`look`: {"core_config": path}, run as the suite's user with the interpreter of the release that
stands on the host, which has the PostgreSQL driver. That may be Python 3.6, hence the quotes.
-> {"core_config", "var_dir", "core_database", "core_head", "bounce_events_waiting", "lists",
    "usenet_lists", "database_server", "queues", "spool", "templates_not_utf8", "unreadable"}
"""

import configparser
import glob
import os
import re
import sqlite3
from typing import Any
from urllib.parse import parse_qsl, unquote

from mailman_suite.host.base import verbs

SECRET = re.compile(r"pass|secret|token|(^|_)key$")
# Secrets inside a text: what stands before the host of a URL but for a user's name, and a password
# among its options.
IN_TEXT = re.compile(r"(?<=://)([^/:@\s]*:)?\S*(?=@)|(?<=password=)[^&\s]+")
MASKED = r"\1(masked)"
# As SQLAlchemy reads a URL: a password may hold a slash, which libpq would take for the path's.
SERVER = re.compile(
    r"(?:(?P<user>[^:/]*)(?::(?P<password>[^@]*))?@)?(?:\[(?P<ipv6>[^\]]*)\]|(?P<host>[^/:?]*))"
    r"(?::(?P<port>\d+))?(?:/(?P<dbname>[^?]*))?(?:\?(?P<options>.*))?$"
)
UNDEFINED_TABLE = "42P01"
# Core's own defaults (mailman/config/schema.cfg).
DIRECTORIES = {
    "queue_dir": "$var_dir/queue",
    "data_dir": "$var_dir/data",
    "archive_dir": "$var_dir/archives",
    "template_dir": "$var_dir/templates",
}
COUNTS = {
    "bounce_events_waiting": "SELECT count(*) FROM bounceevent WHERE processed IS NOT TRUE",
    "lists": "SELECT count(*) FROM mailinglist",
    "usenet_lists": "SELECT count(*) FROM mailinglist WHERE gateway_to_mail OR gateway_to_news",
}
SHOWN_FILES = 10


def sections(path: str) -> "dict[str, dict[str, str]]":
    """The sections of mailman.cfg as they stand there, secrets included."""
    parser = configparser.RawConfigParser(strict=False)
    with open(path, encoding="utf-8") as text:
        parser.read_file(text)
    return {name: dict(parser.items(name)) for name in parser.sections()}


def masked(config: "dict[str, dict[str, str]]") -> "dict[str, dict[str, str]]":
    """The same without what is secret."""
    return {
        section: {
            key: "(masked)" if value and SECRET.search(key) else without_password(value)
            for key, value in keys.items()
        }
        for section, keys in config.items()
    }


def without_password(value: str) -> str:
    """A URL keeps its user's name, which is no secret, and nothing else before the `@`."""
    return IN_TEXT.sub(MASKED, value)


def directories(config: "dict[str, dict[str, str]]") -> "dict[str, str]":
    """`var_dir` and what lies below it, or elsewhere when the configuration says so."""
    paths = config.get("paths." + config.get("mailman", {}).get("layout", "here"), {})
    var_dir = paths.get("var_dir", "")
    if not os.path.isabs(var_dir):
        raise ValueError("mailman.cfg names no absolute var_dir for its layout")
    names = {key: paths.get(key, default) for key, default in DIRECTORIES.items()}
    below = {key: value.replace("$var_dir", var_dir) for key, value in names.items()}
    return dict(below, var_dir=var_dir)


def rows(url: str, statement: str) -> "list[tuple[Any, ...]]":
    """What a statement selects, without a right to write; no rows where the table is missing."""
    connection = connected(url)
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


def connected(url: str) -> "Any":
    """A connection that reads alone."""
    kind, _, rest = url.partition("://")
    if kind == "sqlite":
        return sqlite3.connect(f"file:{rest[1:]}?mode=ro", uri=True, timeout=30)
    if kind.partition("+")[0] not in ("postgres", "postgresql"):
        raise ValueError("a database of the kind {} is not read".format(kind.partition("+")[0]))
    import psycopg2

    return psycopg2.connect(**server(rest), options="-c default_transaction_read_only=on")


def server(rest: str) -> "dict[str, str]":
    """The driver's arguments for a URL without its scheme."""
    match = SERVER.match(rest)
    if not match:
        raise ValueError("[database] url in mailman.cfg names no server and database")
    parts = {key: unquote(value) for key, value in match.groupdict().items() if value}
    further = dict(parse_qsl(parts.pop("options", "")))
    if "ipv6" in parts:
        parts["host"] = parts.pop("ipv6")
    return dict(parts, **further)


def from_database(url: str) -> "dict[str, Any]":
    """The schema's revision, the counts and the server's version."""
    heads = rows(url, "SELECT version_num FROM alembic_version")
    found: dict[str, Any] = {"core_head": ",".join(sorted(row[0] for row in heads)) or None}
    for name, statement in COUNTS.items():
        counted = rows(url, statement)
        found[name] = counted[0][0] if counted else 0
    found["database_server"] = None
    if not url.startswith("sqlite:"):
        number = int(rows(url, "SHOW server_version_num")[0][0])
        found["database_server"] = [number // 10000, number % 10000]
    return found


def from_directories(places: "dict[str, str]") -> "dict[str, Any]":
    """Messages that wait in each queue and in the archiver's spool, and templates that break."""
    queues = sorted(glob.glob(os.path.join(places["queue_dir"], "*", "")))
    spool = os.path.join(places["archive_dir"], "hyperkitty", "spool")
    return {
        "var_dir": places["var_dir"],
        "queues": {os.path.basename(os.path.dirname(path)): files_in(path) for path in queues},
        "spool": files_in(spool),
        "templates_not_utf8": not_utf8(places["template_dir"])[:SHOWN_FILES],
    }


def files_in(path: str) -> int:
    """The number of files directly in a directory; 0 where there is none."""
    return sum(1 for one in os.scandir(path) if one.is_file()) if os.path.isdir(path) else 0


def not_utf8(directory: str) -> "list[str]":
    """The files below a directory that are not UTF-8, by their path in it."""
    found = []
    for place, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as content:
                try:
                    content.read().decode("utf-8")
                except UnicodeDecodeError:
                    found.append(os.path.relpath(path, directory))
    return sorted(found)


def url_of(config: "dict[str, dict[str, str]]", places: "dict[str, str]") -> str:
    """Core's database URL with its one usual substitution made."""
    url = config.get("database", {}).get("url", "sqlite:///$DATA_DIR/mailman.db")
    return re.sub(r"\$(DATA_DIR|\{DATA_DIR\})", lambda _: places["data_dir"], url)


def kind_of(url: str) -> str:
    """The engine of a database URL: sqlite, postgresql, mysql."""
    kind = re.split(r"[+:]", url, maxsplit=1)[0]
    return {"postgres": "postgresql"}.get(kind, kind)


def look(arguments: "dict[str, Any]") -> "dict[str, Any]":
    """Everything that could be read; what could not is named in `unreadable`, and null."""
    nothing = ("core_head", "lists", "usenet_lists", "bounce_events_waiting", "database_server")
    answer: dict[str, Any] = dict.fromkeys((*nothing, "var_dir", "spool"))
    answer.update(core_config={}, core_database="", queues={}, templates_not_utf8=[], unreadable=[])
    subject = arguments["core_config"]
    try:
        config = sections(arguments["core_config"])
        answer["core_config"] = masked(config)
        places = directories(config)
        answer.update(from_directories(places))
        subject = "Core's database"
        url = url_of(config, places)
        answer["core_database"] = kind_of(url)
        answer.update(from_database(url))
    except Exception as error:  # whatever it is, the host is not ready for an upgrade
        reason = without_password(str(error).strip()) or type(error).__name__
        answer["unreadable"].append(f"{subject}: {reason}")
    return answer


if __name__ == "__main__":
    verbs.main({"look": look})
