"""Hosts as somebody made them by hand along upstream's virtualenv guide: layers, then clones."""

from __future__ import annotations

import itertools
import os
import re
import secrets
import shlex
import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from lab import layers, machines
from lab.machines import Machine
from tests.lab.handmade_suite import HandmadeSuite
from tests.lab.installed import DOMAIN, LIST, WEB_HOST, Combination

HERE = Path(__file__).parent / "guide_made"
_SQLITE = MappingProxyType(
    {
        "core_database_class": "mailman.database.sqlite.SQLiteDatabase",
        "core_database_url": "sqlite:////opt/mailman/mm/var/data/mailman.db",
        "web_database": "{'ENGINE': 'django.db.backends.sqlite3',"
        " 'NAME': '/opt/mailman/web/mailman-web.db', 'OPTIONS': {'timeout': 30}}",
    }
)
_POSTGRESQL = MappingProxyType(
    {
        "core_database_class": "mailman.database.postgresql.PostgreSQLDatabase",
        "core_database_url": "postgresql://mailman:@@database_password@@@localhost/mailman",
        "web_database": "{'ENGINE': 'django.db.backends.postgresql_psycopg2',"
        " 'NAME': 'mailmanweb', 'USER': 'mailman', 'PASSWORD': '@@database_password@@',"
        " 'HOST': 'localhost', 'PORT': '5432'}",
    }
)
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Handmade:
    """A Debian suite, a Core release and a database, and the release of ours that comes next."""

    suite: str
    core: str
    database: str
    becomes: str
    wsgi: str = "uwsgi"  # or "gunicorn"; upstream's page has both
    archives: str = "archives"  # or "hyperkitty": the address that Core's archiver uses
    settings: str = ""  # more lines of settings.py
    setuptools: str = "setuptools<81"  # django-q imports what later ones no longer have
    more: tuple[str, ...] = ()  # further directories of files that its owner wrote
    stale_bounces: str = "probe"  # what group data says about them

    @property
    def name(self) -> str:
        """What tests call it."""
        return f"{self.core}-{self.suite}-{self.database}"

    def __str__(self) -> str:
        return self.name


HANDMADE = (
    Handmade("bullseye", "3.3.8", "sqlite", becomes="3.3.10"),
    Handmade(
        *("bookworm", "3.3.9", "postgresql"),
        becomes="3.3.10+forked",
        wsgi="gunicorn",
        archives="hyperkitty",
    ),
    Handmade("bullseye", "3.3.4", "sqlite", becomes="3.3.10"),
    Handmade(
        *("bullseye", "3.3.0", "postgresql"), becomes="3.3.10", stale_bounces="mark_processed"
    ),
    Handmade(
        *("bullseye", "3.2.0", "sqlite"),
        becomes="3.3.10",
        settings="INSTALLED_APPS += ['paintstore']",
        setuptools="setuptools<58",
        more=("python3.9",),
    ),
)
MAIN = HANDMADE[0]


def layer(one: Handmade) -> str:
    """The name of the layer that holds the finished host, made now or before."""
    return layers.cached(
        f"guide-{one.core}-{one.database}",
        [*_trees(one), HERE / "configure.sh", one.archives, one.settings, DOMAIN, LIST, WEB_HOST],
        lambda machine: _configure(machine, one),
        suite=one.suite,
        parent=_packages(one),
    )


@contextmanager
def clone(one: Handmade) -> Iterator[Machine]:
    """A machine that is such a host, just booted; gone at the end."""
    base = layer(one)
    machine = machines.up(f"test-{os.getpid()}-guide-{next(_NUMBERS)}", layer=base)
    try:
        yield machine
    finally:
        machine.down()


def suite(machine: Machine, one: Handmade) -> HandmadeSuite:
    """The machine's suite, to be asked."""
    return HandmadeSuite(machine, Combination(one.suite, one.database, one.becomes))


def _packages(one: Handmade) -> str:
    """The layer with Debian's packages and the virtual environment, which take minutes."""
    versions = HERE / "sets" / f"{one.core}.txt"
    return layers.cached(
        f"guide-packages-{one.core}-{one.database}",
        [HERE / "packages.sh", versions, one.setuptools],
        lambda machine: _install(machine, one, versions),
        suite=one.suite,
    )


def _install(machine: Machine, one: Handmade, versions: Path) -> None:
    machine.run("install -m 644 /dev/stdin /tmp/set.txt", stdin=versions.read_text())
    run_script(machine, HERE / "packages.sh", one.database, one.setuptools)


def _trees(one: Handmade) -> list[Path]:
    """Directories that mirror the host's root, with the files that its owner wrote."""
    return [HERE / name for name in ("common", one.wsgi, *one.more)]


def _configure(machine: Machine, one: Handmade) -> None:
    values = _values(one)
    for tree in _trees(one):
        for path in sorted(file for file in tree.rglob("*") if file.is_file()):
            target = f"/{path.relative_to(tree)}".removesuffix(".in")
            machine.run(f"install -D -m 644 /dev/stdin {target}", stdin=_filled(path, values))
    machine.run("install -m 600 /dev/stdin /root/database", stdin=values["database_password"])
    run_script(machine, HERE / "configure.sh", one.database, WEB_HOST, DOMAIN)
    suite(machine, one).add_list()


def _values(one: Handmade) -> dict[str, str]:
    """What this host's owner wrote into the files; every host has passwords of its own."""
    database = _SQLITE if one.database == "sqlite" else _POSTGRESQL
    alphabet = string.ascii_lowercase + string.digits + "!#$%^&*(-_=+)"
    return {
        **database,
        "web_host": WEB_HOST,
        "domain": DOMAIN,
        "archives": one.archives,
        "settings": one.settings,
        "rest_password": secrets.token_urlsafe(18),
        "archiver_key": secrets.token_urlsafe(18),
        "database_password": secrets.token_urlsafe(18),
        "secret_key": "".join(secrets.choice(alphabet) for _ in range(50)),
    }


def run_script(machine: Machine, script: Path, *arguments: str) -> None:
    """The script ran to its end; AssertionError with what it said otherwise."""
    words = shlex.join(("bash", "-s", "-", *arguments))
    done = machine.run(f"{words} 2>&1", stdin=script.read_text(), check=False)
    assert done.returncode == 0, f"{script.name} on {machine.name}:\n{done.stdout[-4000:]}"


def _filled(path: Path, values: dict[str, str]) -> str:
    text = path.read_text()
    while re.search(r"@@\w+@@", text):
        text = re.sub(r"@@(\w+)@@", lambda mark: values[mark[1]], text)
    return text
