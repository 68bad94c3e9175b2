"""Files and SQLite databases as a host has them, and the survey's programs asked about them."""

from __future__ import annotations

import json
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from mailman_suite.base import host_program

SECRET = "hunter2-hunter2-hunter2"
INDEX = "haystack.backends.whoosh_backend.WhooshEngine"


def ask(program: str, **arguments: str) -> dict[str, Any]:
    """The program's answer, run as a host runs it: as the text of a command."""
    command = host_program.program(program, "look", arguments, python=sys.executable)
    words = shlex.split(command.get_raw_value())
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def database(path: Path, *statements: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return str(path)


def write_core(place: Path) -> Path:
    """A Core with its configuration, queues, templates and database."""
    var = place / "var"
    (place / "mailman.cfg").write_text(
        f"[paths.here]\nvar_dir: {var}\n[mailman]\nlayout: here\n"
        f"[webservice]\nadmin_pass: {SECRET}\n[mta]\nmax_recipients: 20\nsmtp_pass = {SECRET}\n"
        "[antispam]\nheader_checks:\n  X-Spam: YES\n  X-Other: NO\n[mta]\nmax_recipients: 50\n"
    )
    for name, files in {"in": 2, "shunt": 1, "bad": 0}.items():
        (var / "queue" / name).mkdir(parents=True)
        for number in range(files):
            (var / "queue" / name / f"{number}.pck").touch()
    (var / "archives/hyperkitty/spool").mkdir(parents=True)
    (var / "archives/hyperkitty/spool/1.pck").touch()
    (var / "templates/lists/a").mkdir(parents=True)
    (var / "templates/lists/a/good.txt").write_text("Grüße", encoding="utf-8")
    (var / "templates/lists/a/old.txt").write_text("Grüße", encoding="latin-1")
    database(
        var / "data/mailman.db",
        "CREATE TABLE alembic_version (version_num TEXT)",
        "INSERT INTO alembic_version VALUES ('98224512c9c2')",
        "CREATE TABLE bounceevent (processed BOOLEAN)",
        "INSERT INTO bounceevent VALUES (0), (NULL), (1)",
        "CREATE TABLE mailinglist (gateway_to_mail BOOLEAN, gateway_to_news BOOLEAN)",
        "INSERT INTO mailinglist VALUES (0, 0), (NULL, NULL), (1, 0), (0, 1)",
    )
    return place


def write_web(place: Path) -> Path:
    """Django settings in two files, with a database and a search index."""
    index = place / "index"
    index.mkdir()
    (index / "MAIN.toc").touch()
    name = database(
        place / "web.db",
        "CREATE TABLE django_migrations (app TEXT, name TEXT)",
        "INSERT INTO django_migrations VALUES ('a', '0002'), ('b', '0001'), ('a', '0001')",
        "CREATE TABLE hyperkitty_email (id INTEGER)",
        "INSERT INTO hyperkitty_email VALUES (1), (2)",
        "CREATE TABLE account_emailaddress (id INT, user_id INT, email TEXT, verified BOOL)",
    )
    (place / "more.py").write_text("TIME_ZONE = 'UTC'\nAPPS = ['a']\n")
    (place / "settings.py").write_text(
        "import os, uuid\nfrom os.path import *\nfrom more import *\nprint('noise')\n"
        f"SECRET_KEY = '{SECRET}'\nLOGIN = {{'github': {{'secret': '{SECRET}', 'id': 7}}}}\n"
        f"BROKER = 'amqp://u:{SECRET}@h/'\nEMAIL_HOST_PASSWORD = '{SECRET}'\nAPPS.append('b')\n"
        "PASSWORD_RESET_TIMEOUT = 60\n"
        "NODE = uuid.UUID(int=1)\nPAIR = (1, None)\nfor X in 'ab':\n    lower = X\n"
        f"HAYSTACK_CONNECTIONS = {{'default': {{'ENGINE': '{INDEX}', 'PATH': '{index}'}}}}\n"
        f"DATABASES = {{'default': {{'ENGINE': 'django.db.backends.sqlite3', 'NAME': '{name}'}}}}\n"
        "if True:\n    DEBUG = False\n"
    )
    return place


def of_core(place: Path) -> dict[str, Any]:
    return ask("survey.core", core_config=str(place / "mailman.cfg"))


def of_web(place: Path) -> dict[str, Any]:
    path = str(place / "settings.py")
    return ask("survey.web", web_settings=path, own_settings=path)
