"""What a suite consists of is found by its answers, and each answer says all that is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.checks.verification import questions
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.parts import database
from mailman_suite.parts.answers import answers
from mailman_suite.parts.chosen import search
from mailman_suite.parts.database.chosen import by_engine, databases
from mailman_suite.parts.database.model import Database
from mailman_suite.releases.platforms import PLATFORMS
from mailman_suite.settings import Settings
from mailman_suite.suite import files as suite_files
from mailman_suite.suite.rendering import rendered
from tests.plans.paper_hosts import paper_hosts
from tests.plans.suite_on_paper import data, look

(HOST,) = [host for host in paper_hosts(supported=True) if host.name == "debian-12"]
TOOLS = {platform.package_tool for platform in PLATFORMS.values()}
MARIADB = """
from mailman_suite.parts.database.server import Packaging, Server

ANSWER = Server(
    name="mariadb", title="MariaDB",
    packaging={"apt": Packaging(("mariadb-server",), ("mariadb-client",), "mariadb.service")},
    service="mariadb.service", process="mariadbd", port=3306, django_engine="mysql",
)
"""
every_database = pytest.mark.parametrize("one", databases().values(), ids=lambda one: one.name)


def settings(one: Database) -> Settings:
    return declared_settings(data(HOST, mailman_database=one.name))


@pytest.fixture
def a_third_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "mariadb.py").write_text(MARIADB)
    monkeypatch.setattr(database, "__path__", [*database.__path__, str(tmp_path)])
    answers.cache_clear()
    yield
    answers.cache_clear()


def test_group_data_can_name_every_database_and_no_other():
    assert set(get_args(Settings.model_fields["database"].annotation)) == set(databases())


@pytest.mark.usefixtures("a_third_database")
def test_a_database_is_known_by_its_file():
    assert set(databases()) == {"mariadb", "postgresql", "sqlite"}
    assert by_engine(databases(), "mariadb").title == "MariaDB"


def test_a_database_that_nobody_knows_is_refused():
    with pytest.raises(Refusal, match="'mariadb'; expected one of postgresql, sqlite"):
        by_engine(databases(), "mariadb")


@every_database
@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_a_local_server_comes_with_every_package_tool(one: Database, tool: str):
    wanted = settings(one)
    assert bool(one.packages(wanted, tool)) is one.has_server
    assert bool(one.server_unit(tool)) is one.has_server
    assert bool(one.services()) is one.is_local(wanted) is one.has_server


@every_database
def test_core_and_django_are_told_of_the_database(one: Database):
    found = suite_files.configuration(suite_of(settings(one), look(HOST))).files
    texts = {Path(file.path).name: file.content for file in found}
    assert f"class: mailman.database.{one.name}." in texts["mailman.cfg"]
    assert f'"ENGINE": "django.db.backends.{one.name}' in texts["settings.py"]


@every_database
def test_each_part_has_a_database_of_its_own_and_a_place_for_its_copy(one: Database):
    core, web = (one.entry(settings(one), part) for part in ("core", "web"))
    assert core != web
    assert core["engine"] == web["engine"] == one.name
    assert set(one.targets(settings(one))) == {"core", "web"}
    assert bool(one.dumps(settings(one))) is one.has_server


@pytest.mark.usefixtures("a_third_database")
def test_every_engines_server_is_watched_and_waited_for():
    of = suite_of(settings(databases()["sqlite"]), look(HOST))
    assert questions(of)["check.system"]["servers"] == ["mariadb", "postgresql"]
    unit = rendered(f"{layout.UNITS}/{layout.CORE_UNIT}", of)
    assert "After=network-online.target mariadb.service postgresql.service\n" in unit


@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_the_search_backend_comes_with_every_package_tool(tool: str):
    assert isinstance(search().packages[tool], tuple)
