"""The survey's programs on real files and SQLite databases: no change, no secret told."""

from __future__ import annotations

import ast
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.facts.survey import Survey, question
from mailman_suite.host import survey_core, survey_host, survey_web
from tests.unit.rules import ROOT

PROGRAMS = ROOT / "mailman_suite" / "host"
OLDEST = (3, 6)  # Core 3.2.0's time
SECRET = "hunter2-hunter2-hunter2"
INDEX = "haystack.backends.whoosh_backend.WhooshEngine"


def ask(program: str, **arguments: str) -> dict[str, Any]:
    """The program's answer, run as a host runs it: as the text of a command."""
    source = (PROGRAMS / f"{program}.py").read_text(encoding="utf-8")
    command = [sys.executable, "-I", "-c", source, "look", json.dumps(arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
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


@pytest.fixture
def core(tmp_path: Path) -> Path:
    """A Core with its configuration, queues, templates and database."""
    var = tmp_path / "var"
    (tmp_path / "mailman.cfg").write_text(
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
    return tmp_path


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """Django settings in two files, with a database and a search index."""
    index = tmp_path / "index"
    index.mkdir()
    (index / "MAIN.toc").touch()
    name = database(
        tmp_path / "web.db",
        "CREATE TABLE django_migrations (app TEXT, name TEXT)",
        "INSERT INTO django_migrations VALUES ('a', '0002'), ('b', '0001'), ('a', '0001')",
        "CREATE TABLE hyperkitty_email (id INTEGER)",
        "INSERT INTO hyperkitty_email VALUES (1), (2)",
        "CREATE TABLE account_emailaddress (id INT, user_id INT, email TEXT, verified BOOL)",
    )
    (tmp_path / "more.py").write_text("TIME_ZONE = 'UTC'\nAPPS = ['a']\n")
    (tmp_path / "settings.py").write_text(
        "import os, uuid\nfrom os.path import *\nfrom more import *\nprint('noise')\n"
        f"SECRET_KEY = '{SECRET}'\nLOGIN = {{'github': {{'secret': '{SECRET}', 'id': 7}}}}\n"
        f"BROKER = 'amqp://u:{SECRET}@h/'\nEMAIL_HOST_PASSWORD = '{SECRET}'\nAPPS.append('b')\n"
        "PASSWORD_RESET_TIMEOUT = 60\n"
        "NODE = uuid.UUID(int=1)\nPAIR = (1, None)\nfor X in 'ab':\n    lower = X\n"
        f"HAYSTACK_CONNECTIONS = {{'default': {{'ENGINE': '{INDEX}', 'PATH': '{index}'}}}}\n"
        f"DATABASES = {{'default': {{'ENGINE': 'django.db.backends.sqlite3', 'NAME': '{name}'}}}}\n"
        "if True:\n    DEBUG = False\n"
    )
    return tmp_path


def of_core(place: Path) -> dict[str, Any]:
    return ask("survey_core", core_config=str(place / "mailman.cfg"))


def of_web(place: Path) -> dict[str, Any]:
    return ask("survey_web", web_settings=str(place / "settings.py"))


def test_core_is_read_without_its_secrets(core: Path):
    found = of_core(core)
    assert found["core_config"]["webservice"]["admin_pass"] == "(masked)"
    assert SECRET not in json.dumps(found)
    assert found["unreadable"] == []


def test_a_later_section_of_core_adds_to_the_earlier_one(core: Path):
    assert of_core(core)["core_config"]["mta"] == {"max_recipients": "50", "smtp_pass": "(masked)"}


def test_core_is_counted(core: Path):
    found = of_core(core)
    wanted = {
        "core_database": "sqlite",
        "core_head": "98224512c9c2",
        "bounce_events_waiting": 2,
        "lists": 4,
        "usenet_lists": 2,
        "database_server": None,
        "queues": {"bad": 0, "in": 2, "shunt": 1},
        "spool": 1,
        "templates_not_utf8": ["lists/a/old.txt"],
        "var_dir": str(core / "var"),
    }
    assert {key: found[key] for key in wanted} == wanted


def test_a_core_that_never_ran_has_no_schema_and_no_rows(core: Path):
    (core / "var/data/mailman.db").unlink()
    database(core / "var/data/mailman.db")
    found = of_core(core)
    assert (found["core_head"], found["bounce_events_waiting"], found["lists"]) == (None, 0, 0)
    assert found["unreadable"] == []


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda place: (place / "mailman.cfg").unlink(), "mailman.cfg: "),
        (lambda place: (place / "mailman.cfg").write_text("var_dir: x\n"), "mailman.cfg: "),
        (lambda place: (place / "mailman.cfg").write_text("[mailman]\n"), "no absolute var_dir"),
        (lambda place: (place / "var/data/mailman.db").unlink(), "Core's database: unable to open"),
        (
            lambda place: (place / "var/data/mailman.db").write_text("x" * 4096),
            "Core's database: file is not a database",
        ),
    ],
    ids=["no file", "no sections", "no var_dir", "no database", "a broken database"],
)
def test_what_of_core_cannot_be_read_is_named_and_unknown(core: Path, break_it: Any, said: str):
    break_it(core)
    found = of_core(core)
    (reason,) = found["unreadable"]
    assert said in reason
    assert found["bounce_events_waiting"] is None
    assert found["usenet_lists"] is None


def test_another_kind_of_database_is_named_without_its_password(core: Path):
    url = f"mysql+pymysql://mailman:{SECRET}@localhost/mailman"
    with open(core / "mailman.cfg", "a", encoding="utf-8") as config:
        config.write(f"[database]\nclass: mailman.database.mysql.MySQLDatabase\nurl: {url}\n")
    found = of_core(core)
    assert found["core_database"] == "mysql"
    assert found["unreadable"] == ["Core's database: a database of the kind mysql is not read"]
    assert found["core_config"]["database"]["url"] == (
        "mysql+pymysql://mailman:(masked)@localhost/mailman"
    )


@pytest.mark.parametrize(
    ("url", "kind"),
    [("postgres://a@b/c", "postgresql"), ("postgresql+psycopg2://a@b/c", "postgresql")],
    ids=str,
)
def test_an_engine_goes_by_one_name(url: str, kind: str):
    assert survey_core.kind_of(url) == kind


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("u:p%40/w@h:5433/d", {"user": "u", "password": "p@/w", "host": "h", "port": "5433"}),
        ("u@[::1]/d", {"user": "u", "host": "::1"}),
        ("/d?host=/run/sql&sslmode=require", {"host": "/run/sql", "sslmode": "require"}),
    ],
    ids=["a slash in the password", "IPv6", "a socket"],
)
def test_a_server_is_found_as_core_itself_finds_it(url: str, parts: dict[str, str]):
    assert survey_core.server(url) == {**parts, "dbname": "d"}


@pytest.mark.parametrize("program", [survey_host, survey_core, survey_web])
def test_a_secret_in_a_text_is_masked_to_its_end(program: Any):
    text = f"x postgresql://u:a/{SECRET}@{SECRET}@h/d?password={SECRET}&sslmode=require y"
    masked = program.IN_TEXT.sub(program.MASKED, text)
    assert masked == "x postgresql://u:(masked)@h/d?password=(masked)&sslmode=require y"
    assert program.IN_TEXT.sub(program.MASKED, f"https://{SECRET}@h") == "https://(masked)@h"


def test_the_web_side_is_read_without_its_secrets(web: Path):
    found = of_web(web)
    assert SECRET not in json.dumps(found)
    assert found["unreadable"] == []
    assert found["web_settings"] == {
        "APPS": ["a", "b"],
        "BROKER": "amqp://u:(masked)@h/",
        "DATABASES": {
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(web / "web.db")}
        },
        "DEBUG": False,
        "EMAIL_HOST_PASSWORD": "(masked)",
        "HAYSTACK_CONNECTIONS": {"default": {"ENGINE": INDEX, "PATH": str(web / "index")}},
        "LOGIN": {"github": {"secret": "(masked)", "id": 7}},
        "NODE": {"unreadable": "UUID"},
        "PAIR": [1, None],
        "PASSWORD_RESET_TIMEOUT": 60,
        "SECRET_KEY": "(masked)",
        "TIME_ZONE": "UTC",
        "X": "b",
    }


def test_the_web_side_is_counted(web: Path):
    found = of_web(web)
    assert found["web_migrations"] == {"a": ["0001", "0002"], "b": ["0001"]}
    assert (found["emails"], found["case_duplicates"]) == (2, [])
    assert found["search_index"] == {"engine": INDEX, "path": str(web / "index"), "exists": True}


def test_an_empty_directory_is_no_index(web: Path):
    (web / "index" / "MAIN.toc").unlink()
    assert of_web(web)["search_index"]["exists"] is False


def test_addresses_are_in_conflict_where_the_migration_would_fail(web: Path):
    """Seen with django-allauth 65.21: the first two stop the migration, the third does not."""
    rows = [
        *((1, "A@x.test", 0), (1, "a@x.test", 0)),
        *((2, "B@x.test", 1), (3, "b@x.test", 1)),
        *((2, "C@x.test", 1), (3, "c@x.test", 0)),
    ]
    values = ", ".join(f"({number}, {user}, '{email}', {verified})"
                       for number, (user, email, verified) in enumerate(rows))  # fmt: skip
    database(web / "web.db", f"INSERT INTO account_emailaddress VALUES {values}")
    assert of_web(web)["case_duplicates"] == ["A@x.test/a@x.test", "B@x.test/b@x.test"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"PASSWORD = '{SECRET}'\nimport mailman_web_of_nowhere\n", "No module named"),
        ("raise SystemExit('not like this')\n", "not like this"),
        ("DEBUG = False\n", "the web database: 'DATABASES'"),
        (
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': '/no/db'}}\n",
            "the web database: unable to open",
        ),
        (
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql', 'NAME': 'x'}}\n",
            "a database of the kind mysql is not read",
        ),
    ],
    ids=["a missing module", "an exit", "no database", "no database file", "MySQL"],
)
def test_what_of_the_web_side_cannot_be_read_is_named_and_unknown(web: Path, text: str, said: str):
    (web / "settings.py").write_text(text)
    found = of_web(web)
    (reason,) = found["unreadable"]
    assert said in reason
    assert SECRET not in reason
    assert (found["web_migrations"], found["case_duplicates"]) == (None, None)


@pytest.mark.parametrize("look", [of_core, of_web])
def test_looking_changes_nothing(core: Path, web: Path, look: Any):
    def state() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in core.rglob("*") if path.is_file()}

    before = state()
    look(core)
    assert state() == before


def test_a_database_is_opened_for_reading_alone(core: Path, web: Path):
    connections = [
        survey_core.connected(f"sqlite:///{core}/var/data/mailman.db"),
        survey_web.connected({"ENGINE": "a.sqlite3", "NAME": str(web / "web.db")}),
    ]
    for connection in connections:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("CREATE TABLE x (y)")
        connection.close()


def test_installed_versions_are_found_without_running_anything(tmp_path: Path):
    site = tmp_path / "lib/python3.7/site-packages"
    for name, version in {"mailman": "3.2.0", "django_mailman3": "1.2.0", "falcon": "1.4"}.items():
        (site / f"{name}-{version}.dist-info").mkdir(parents=True)
        (site / f"{name}-{version}.dist-info/METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
    (site / "HyperKitty-1.2.1-py3.7.egg-info").mkdir()
    (site / "HyperKitty-1.2.1-py3.7.egg-info/PKG-INFO").write_text(
        "Metadata-Version: 1.1\nName: HyperKitty\nVersion: 1.2.1\n"
    )
    found = survey_host.look({"prefix": str(tmp_path)})
    assert found["python"] == [3, 7]
    assert found["versions"] == {
        "mailman": "3.2.0", "django-mailman3": "1.2.0", "hyperkitty": "1.2.1"
    }  # fmt: skip


def test_nothing_installed_is_no_version(tmp_path: Path):
    found = survey_host.look({"prefix": str(tmp_path)})
    assert (found["versions"], found["python"]) == ({}, None)


def test_cron_jobs_are_found_with_their_user_and_without_secrets(tmp_path: Path):
    files = {
        "etc/crontab": "SHELL=/bin/sh\n17 * * * * root run-parts /etc/cron.hourly\n",
        "etc/cron.d/mailman": f"@daily  list /usr/bin/mailman digests\n#1 1 * * * list mailman x\n"
        f"*/5 * * * * root curl http://u:{SECRET}@h/mailman\n",
        "etc/cron.d/mailman.dpkg-old": "@daily list mailman notify\n",
        "var/spool/cron/crontabs/mailman": "MAILTO=x\n@hourly /v/mailman-web runjobs hourly\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = survey_host.crontabs(str(tmp_path))
    assert [(one["user"], one["command"]) for one in found] == [
        ("list", "/usr/bin/mailman digests"),
        ("root", "curl http://u:(masked)@h/mailman"),
        ("mailman", "/v/mailman-web runjobs hourly"),
    ]
    assert found[1]["file"] == str(tmp_path / "etc/cron.d/mailman")
    assert found[1]["number"] == 3
    assert SECRET not in json.dumps(found)


@pytest.mark.parametrize("program", [survey_core, survey_web], ids=lambda one: one.__name__)
def test_a_program_for_the_old_interpreter_is_old_python(program: Any):
    tree = ast.parse(Path(program.__file__).read_text(encoding="utf-8"), feature_version=OLDEST)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    evaluated = [
        annotation
        for one in functions
        for annotation in [one.returns, *(each.annotation for each in one.args.args)]
        if not isinstance(annotation, (ast.Name, ast.Constant))
    ]
    assert [ast.unparse(one) for one in evaluated] == []


def answered(**programs: Any) -> dict[str, Any]:
    """What the fact makes of these last lines of its programs."""
    output = []
    for name in ("survey_host", "survey_core", "survey_web"):
        output += [f"= {name}", "noise", programs.get(name, "{}")]
    return Survey().process(output)


def test_the_fact_brings_the_answers_together():
    found = answered(
        survey_host='{"versions": {"mailman": "3.3.8"}}',
        survey_core='{"lists": 2, "unreadable": ["one"]}',
        survey_web='{"emails": 7, "unreadable": ["two"]}',
    )
    assert (found["versions"], found["lists"], found["emails"]) == ({"mailman": "3.3.8"}, 2, 7)
    assert found["unreadable"] == ["one", "two"]


def test_a_program_that_does_not_run_leaves_its_complaint_and_no_good_news():
    found = answered(survey_core="runuser: user mailman does not exist", survey_web="")
    assert found["unreadable"] == [
        "survey_core: runuser: user mailman does not exist",
        "survey_web: no answer",
    ]
    assert found["bounce_events_waiting"] is None
    assert found["case_duplicates"] is None


def test_only_the_first_program_runs_as_root():
    command = Survey().command(question()).get_raw_value()
    assert command.count("runuser -u mailman -- ") == 2
    assert command.index("runuser") > command.index("crontabs")


def test_the_facts_command_answers_on_a_bare_machine():
    asked = {**question(), "python": sys.executable, "prefix": "/nonexistent"}
    asked.update(core_user="root", web_user="root", core_config="/nonexistent/mailman.cfg")
    command = Survey().command(asked)
    done = subprocess.run(["sh", "-c", command.get_raw_value()], capture_output=True, text=True)
    found = Survey().process(done.stdout.splitlines())
    assert found["versions"] == {}
    assert len(found["unreadable"]) == 2
