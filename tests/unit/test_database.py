"""Both databases as host programs get them: places and names, never a password."""

from __future__ import annotations

import json

from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.parts.database.chosen import database_of
from mailman_suite.parts.database.connections import connections, peers
from tests.bad_settings import ELSEWHERE, GIVEN, GOOD
from tests.plans.suite_on_paper import SPLIT


def test_sqlite_is_two_files_below_the_home_directory():
    assert connections(declared_settings(GOOD)) == {
        "core": {"engine": "sqlite", "path": "/opt/mailman/mm/var/data/mailman.db"},
        "web": {"engine": "sqlite", "path": "/opt/mailman/web/mailman-web.db"},
        "secrets": "/etc/mailman3/secrets",
    }


def test_postgresql_is_two_databases_with_a_role_and_a_secret_each():
    data = {**GOOD, **ELSEWHERE, **GIVEN, "mailman_database_port": 6432}
    found = connections(declared_settings(data))
    server = {"engine": "postgresql", "host": "db.unit.test", "port": 6432}
    core, web = (("mailman", "core"), ("mailmanweb", "web"))
    for name, part in (core, web):
        secret = f"database_{part}_password"
        assert found[part] == {**server, "name": name, "user": name, "secret": secret}
    assert "env:" not in json.dumps(found)


def test_only_a_server_on_the_host_is_ours_to_install():
    for place, is_local in (("localhost", True), ("127.0.0.1", True), ("db.unit.test", False)):
        data = {**GOOD, **GIVEN, "mailman_database": "postgresql", "mailman_database_host": place}
        settings = declared_settings(data)
        assert database_of(settings).is_local(settings) is is_local
    assert not database_of(declared_settings(GOOD)).is_local(declared_settings(GOOD))


def test_cores_host_comes_to_both_databases_and_a_web_host_to_its_own():
    mailman, web = ({"database": name, "role": name} for name in ("mailman", "mailmanweb"))
    assert peers(declared_settings({**GOOD, **SPLIT})) == [
        {"address": "10.0.0.11", **mailman},
        {"address": "10.0.0.11", **web},
        {"address": "10.0.0.12", **web},
        {"address": "10.0.0.13", **web},
    ]


def test_nobody_comes_to_the_database_of_a_whole_suite():
    assert peers(declared_settings({**GOOD, "mailman_database": "postgresql"})) == []
