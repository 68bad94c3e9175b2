"""What of a Core the survey reads, and what it says where it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.survey import core as survey_core
from tests.unit.survey_hosts import SECRET, database, of_core, write_core


@pytest.fixture
def core(tmp_path: Path) -> Path:
    return write_core(tmp_path)


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
