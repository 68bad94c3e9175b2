"""A suite goes on with the database that holds its lists, and with no other."""

from __future__ import annotations

import pytest

from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.preflight.databases import elsewhere
from tests.bad_settings import GOOD

POSTGRESQL = {"mailman_database": "postgresql"}
SPLIT_CORE = {
    **POSTGRESQL,
    "mailman_hosts": {"database": ["10.0.0.10"], "core": ["10.0.0.11"], "web": ["10.0.0.12"]},
    "mailman_address": "10.0.0.11",
    **{
        f"mailman_{name}": f"file:/secrets/{name}"
        for name in (
            *("rest_password", "archiver_key", "django_secret_key"),
            *("database_core_password", "database_web_password"),
        )
    },
}
HERE = "localhost:5432/mailman"


def found(data: dict[str, object], kind: str, place: str) -> list[str]:
    settings = declared_settings({**GOOD, **data})
    suite = {"kind": kind, "database": settings.database if place else "", "database_place": place}
    return [one.found for one in elsewhere(settings, {"suite": suite})]


@pytest.mark.parametrize(
    ("data", "kind", "place"),
    [
        (POSTGRESQL, "ours", HERE),
        (POSTGRESQL, "ours", "127.0.0.1:5432/mailman"),
        ({**POSTGRESQL, "mailman_database_host": "127.0.0.1"}, "ours", HERE),
        (POSTGRESQL, "ours", ""),  # its first run was cut off
        ({}, "ours", "somewhere/else"),  # an old line beside SQLite's
        (POSTGRESQL, "packages", "localhost/mailman3"),  # goes its own way, by its own name
        (SPLIT_CORE, "ours", "10.0.0.10:5432/mailman"),
    ],
)
def test_where_the_data_are_the_suite_goes_on(data: dict[str, object], kind: str, place: str):
    assert found(data, kind, place) == []


@pytest.mark.parametrize(
    "data",
    [
        {**POSTGRESQL, "mailman_database_core_name": "mailman_new"},
        {**POSTGRESQL, "mailman_database_port": 5433},
        SPLIT_CORE,  # a whole suite that is named as Core of several hosts
    ],
)
def test_an_empty_database_takes_no_full_ones_place(data: dict[str, object]):
    (one,) = found(data, "ours", HERE)
    assert one.startswith(f"Core keeps its data in {HERE}, and ")
