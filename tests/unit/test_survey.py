"""The survey as a whole: no change, no secret told, and nothing unknown taken for fine."""

from __future__ import annotations

import ast
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from mailman_suite.base.host_program import closure
from mailman_suite.facts.survey import Survey, question
from mailman_suite.host.survey import core as survey_core
from mailman_suite.host.survey import host as survey_host
from mailman_suite.host.survey import web as survey_web
from mailman_suite.host.survey.masking import masked
from mailman_suite.suite.places import VIRTUALENV
from tests.unit.survey_hosts import SECRET, of_core, of_web, write_core, write_web

OLDEST = (3, 6)  # Core 3.2.0's time


@pytest.fixture
def core(tmp_path: Path) -> Path:
    return write_core(tmp_path)


@pytest.fixture
def web(tmp_path: Path) -> Path:
    return write_web(tmp_path)


def test_a_secret_in_a_text_is_masked_to_its_end():
    text = f"x postgresql://u:a/{SECRET}@{SECRET}@h/d?password={SECRET}&sslmode=require y"
    assert masked(text) == "x postgresql://u:(masked)@h/d?password=(masked)&sslmode=require y"
    assert masked(f"https://{SECRET}@h") == "https://(masked)@h"


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


class Server:
    """A connection to a server of this version, whose tables have these rows."""

    rows: ClassVar = {"alembic_version": [("a1",)], "server_version_num": [("150004",)]}

    def cursor(self) -> Server:
        return self

    def execute(self, statement: str) -> None:
        self.found = next((self.rows[name] for name in self.rows if name in statement), [(3,)])

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.found

    def close(self) -> None:
        pass


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the driver is asked, which finds a server everywhere."""
    found: list[dict[str, Any]] = []

    def connect(**arguments: Any) -> Server:
        found.append(arguments)
        return Server()

    monkeypatch.setitem(sys.modules, "psycopg2", SimpleNamespace(connect=connect))
    return found


READ_ONLY = {"options": "-c default_transaction_read_only=on"}


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_cores_server_is_read(asked: list[dict[str, Any]], scheme: str):
    found = survey_core.from_database(f"{scheme}://u:{SECRET}@h/mailman")
    assert (found["core_head"], found["lists"], found["database_server"]) == ("a1", 3, [15, 4])
    login = {"user": "u", "password": SECRET, "host": "h", "dbname": "mailman"}
    assert asked == [{**login, **READ_ONLY}] * 5


@pytest.mark.parametrize("engine", ["postgresql", "postgresql_psycopg2"])
def test_the_webs_server_is_read(asked: list[dict[str, Any]], engine: str):
    database = {"ENGINE": f"django.db.backends.{engine}", "NAME": "web", "USER": "u", "HOST": "h"}
    assert survey_web.rows(database, "SELECT 1") == [(3,)]
    assert asked == [{"dbname": "web", "user": "u", "host": "h", **READ_ONLY}]


@pytest.mark.parametrize("url", ["sqlite+pysqlite:////m.db", "postgresql:x", "mysql://h/m", "x"])
def test_what_is_no_url_that_we_know_is_not_read(asked: list[dict[str, Any]], url: str):
    with pytest.raises(ValueError, match="is not read"):
        survey_core.connected(url)
    assert asked == []


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


LOADER = "mailman_suite.host.base.sent"
FOR_THE_OLD_INTERPRETER = {
    **closure("mailman_suite.host.survey.core"),
    **closure("mailman_suite.host.survey.web"),
    **closure(LOADER),
}


@pytest.mark.parametrize("module", sorted(FOR_THE_OLD_INTERPRETER))
def test_a_program_for_the_old_interpreter_is_old_python(module: str):
    tree = ast.parse(FOR_THE_OLD_INTERPRETER[module], feature_version=OLDEST)
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert "__future__" not in imported, "its annotations came with Python 3.7"
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    evaluated = [
        annotation
        for one in functions
        for annotation in [
            one.returns,
            *(each.annotation for each in (*one.args.args, *one.args.kwonlyargs)),
            *(each.annotation for each in (one.args.vararg, one.args.kwarg) if each),
        ]
        if annotation and not isinstance(annotation, (ast.Name, ast.Constant))
    ]
    assert [ast.unparse(one) for one in evaluated] == []


def answered(**programs: Any) -> dict[str, Any]:
    """What the fact makes of these last lines of its programs."""
    output = []
    for name in ("survey.host", "survey.core", "survey.web"):
        output += [f"= {name}", "noise", programs.get(name.replace(".", "_"), "{}")]
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
        "survey.core: runuser: user mailman does not exist",
        "survey.web: no answer",
    ]
    assert found["bounce_events_waiting"] is None
    assert found["case_duplicates"] is None


def test_only_the_first_program_runs_as_root():
    command = str(Survey().command(question(VIRTUALENV)))
    assert command.count("runuser -u mailman -- ") == 2
    assert command.index("runuser") > command.index("survey/host.py")


def test_the_facts_command_answers_on_a_bare_machine():
    asked = {**question(VIRTUALENV), "python": sys.executable, "prefix": "/nonexistent"}
    asked.update(core_user="root", web_user="root", core_config="/nonexistent/mailman.cfg")
    command = Survey().command(asked)
    done = subprocess.run(["sh", "-c", command.get_raw_value()], capture_output=True, text=True)
    found = Survey().process(done.stdout.splitlines())
    assert found["versions"] == {}
    assert len(found["unreadable"]) == 2
