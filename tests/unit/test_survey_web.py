"""What of the web side the survey reads, and what it says where it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.survey_hosts import INDEX, SECRET, database, of_web, write_web


@pytest.fixture
def web(tmp_path: Path) -> Path:
    return write_web(tmp_path)


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
    assert found["search_index"] == {
        "engine": INDEX,
        "path": str(web / "index"),
        "exists": True,
        "readable": False,  # it is no real index
    }


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
