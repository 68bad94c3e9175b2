"""Core's configuration, directories and database, read without running any Core command.

`look`: {"core_config": path}, run as the suite's user with the interpreter of the release that
stands on the host, which has the PostgreSQL driver. That may be Python 3.6, hence the quotes.
-> {"core_config", "var_dir", "core_database", "core_head", "bounce_events_waiting", "lists",
    "usenet_lists", "database_server", "queues", "spool", "templates_not_utf8", "unreadable"}
"""

import configparser
import glob
import os
import re
from collections.abc import Callable, Mapping
from typing import Any, Optional
from urllib.parse import parse_qsl, unquote

from mailman_suite.host.base import verbs
from mailman_suite.host.base.engines import by_engine, every_engine
from mailman_suite.host.survey import drivers, masking

SECRET = re.compile(r"pass|secret|token|(^|_)key$")
# As SQLAlchemy reads a URL: a password may hold a slash, which libpq would take for the path's.
SERVER = re.compile(
    r"(?:(?P<user>[^:/]*)(?::(?P<password>[^@]*))?@)?(?:\[(?P<ipv6>[^\]]*)\]|(?P<host>[^/:?]*))"
    r"(?::(?P<port>\d+))?(?:/(?P<dbname>[^?]*))?(?:\?(?P<options>.*))?$"
)
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
OLD_KINDS = {"postgres": "postgresql"}  # before SQLAlchemy 1.4


def sections(path: str) -> "dict[str, dict[str, str]]":
    """The sections of mailman.cfg as they are written, secrets included."""
    parser = configparser.RawConfigParser(strict=False)
    with open(path, encoding="utf-8") as text:
        parser.read_file(text)
    return {name: dict(parser.items(name)) for name in parser.sections()}


def masked(config: "dict[str, dict[str, str]]") -> "dict[str, dict[str, str]]":
    """The same without what is secret."""
    return {
        section: {
            key: "(masked)" if value and SECRET.search(key) else masking.masked(value)
            for key, value in keys.items()
        }
        for section, keys in config.items()
    }


def directories(config: "dict[str, dict[str, str]]") -> "dict[str, str]":
    """`var_dir` and the directories below it, or elsewhere if the configuration says so."""
    paths = config.get("paths." + config.get("mailman", {}).get("layout", "here"), {})
    var_dir = paths.get("var_dir", "")
    if not os.path.isabs(var_dir):
        raise ValueError("mailman.cfg names no absolute var_dir for its layout")
    names = {key: paths.get(key, default) for key, default in DIRECTORIES.items()}
    below = {key: value.replace("$var_dir", var_dir) for key, value in names.items()}
    return dict(below, var_dir=var_dir)


def rows(url: str, statement: str) -> "list[tuple[Any, ...]]":
    """What a statement selects, without a right to write; no rows where the table is missing."""
    return drivers.rows(connected(url), statement)


def connected(url: str) -> "Any":
    """A read-only connection."""
    kind = url.partition("://")[0].partition("+")[0]
    return drivers.opened(CONNECTIONS, OLD_KINDS.get(kind, kind), url)


def _sqlite(url: str) -> "Any":
    kind, _, rest = url.partition("://")
    if kind != "sqlite":
        raise ValueError(f"a database of the kind {kind} is not read")
    return drivers.sqlite_file(rest[1:])


def _postgresql(url: str) -> "Any":
    return drivers.postgresql(**server(url.partition("://")[2]))


CONNECTIONS: "Mapping[str, Callable[[str], Any]]" = every_engine(
    sqlite=_sqlite, postgresql=_postgresql
)
# What asks a server for its version as a number; nothing where there is no server.
VERSIONS = every_engine(sqlite="", postgresql="SHOW server_version_num")


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
    found["database_server"] = version(url)
    return found


def version(url: str) -> "Optional[list[int]]":
    """[major, minor] of a server; None where there is none."""
    statement = by_engine(VERSIONS, kind_of(url))
    if not statement:
        return None
    number = int(rows(url, statement)[0][0])
    return [number // 10000, number % 10000]


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
    return OLD_KINDS.get(kind, kind)


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
        reason = masking.masked(str(error).strip()) or type(error).__name__
        answer["unreadable"].append(f"{subject}: {reason}")
    return answer


if __name__ == "__main__":
    verbs.main({"look": look})
