"""What each host of a suite gets: files, directories, timers, units and secrets of its role."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailman_suite.base import layout
from mailman_suite.base.declared_files import DeclaredFiles
from mailman_suite.parts.proxy import nginx
from mailman_suite.parts.wsgi import uwsgi
from mailman_suite.releases.catalogue import RELEASES
from mailman_suite.suite import files as suite_files
from mailman_suite.suite.needed_secrets import secret_references
from mailman_suite.suite.units import declared_units
from tests.unit.split_suites import every_role, split_settings, split_suite

RELEASED = ("core", "web")
PERIODS = {
    f"hyperkitty-jobs@{one}.timer" for one in RELEASES[split_settings("all").release].job_periods
}
DAILY = {"mailman-digests.timer", "mailman-notify.timer"}


@pytest.fixture(autouse=True)
def shared_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED_SECRET", "secret-of-all-hosts")


def paths(role: str) -> set[str]:
    """The files that the role has beside the release."""
    return {one.path for one in suite_files.installed(split_suite(role)).files}


def text(role: str, path: str) -> str:
    (found,) = [one for one in suite_files.installed(split_suite(role)).files if one.path == path]
    return found.content


def directories(role: str) -> set[str]:
    return {one.path for one in suite_files.directories(split_settings(role)).directories}


def test_core_and_web_together_have_what_a_whole_suite_has_and_the_way_between_them() -> None:
    assert paths("core") | paths("web") == paths("all") | {nginx.ANSWER.peers_site}


def test_core_has_nothing_of_the_pages() -> None:
    pages = {uwsgi.ANSWER.configuration, nginx.ANSWER.site, layout.INDEX_PROGRAM}
    units = {f"{layout.UNITS}/{one}" for one in (layout.WEB_UNIT, layout.QCLUSTER_UNIT)}
    assert not paths("core") & (pages | units)
    assert {layout.CORE_CONFIG, layout.WEB_SETTINGS, layout.ARCHIVER_CONFIG} <= paths("core")
    assert suite_files.installed(split_suite("core")).links == {}


def test_a_web_has_nothing_of_core() -> None:
    core = {layout.CORE_CONFIG, layout.REST_CONFIG, layout.COMMANDS[0]}
    units = {f"{layout.UNITS}/{one}" for one in (layout.CORE_UNIT, *DAILY)}
    assert not paths("web") & (core | units)
    assert set(layout.COMMANDS[1:]) <= paths("web")


@pytest.mark.parametrize("role", ["all", *RELEASED])
def test_the_proxy_is_checked_before_its_files_stay(role: str) -> None:
    assert ("nginx", "-t") in suite_files.installed(split_suite(role)).checks


@pytest.mark.parametrize("role", RELEASED)
def test_the_way_between_the_hosts_is_open_to_the_others_alone(role: str) -> None:
    site = text(role, nginx.ANSWER.peers_site)
    others = {"core": ["10.0.0.12", "10.0.0.13"], "web": ["10.0.0.11"]}[role]
    assert re.findall(r"allow (.+);\s+(?:allow .+;\s+)*deny all;", site) == others[:1]
    assert re.findall(r"allow (.+);", site) == others
    own = split_settings(role).address
    listening = re.findall(r"listen (.+):\d+;", site)
    assert sorted(listening) == [own, layout.LOOPBACK]


@pytest.mark.parametrize(
    ("role", "released", "has_secrets"),
    [
        ("all", True, True),
        ("core", True, True),
        ("web", True, True),
        ("database", False, True),
        ("mta", False, False),
    ],
)
def test_a_host_has_the_directories_of_its_role(
    role: str, released: bool, has_secrets: bool
) -> None:
    found = directories(role)
    assert (layout.RELEASES in found, layout.VAR in found) == (released, released)
    assert (layout.ETC in found, layout.SECRETS in found) == (has_secrets, has_secrets)
    assert {layout.STATE, layout.COPIES, layout.BACKUPS} <= found


@pytest.mark.parametrize(
    ("role", "timers"),
    [
        ("all", DAILY | PERIODS),
        ("core", DAILY),
        ("web", PERIODS),
        ("database", set()),
        ("mta", set()),
    ],
)
def test_a_job_runs_on_one_host_alone(role: str, timers: set[str]) -> None:
    found = set(suite_files.timers(split_suite(role)))
    assert found == timers
    units = {Path(one).name for one in paths(role)} if role in ("all", *RELEASED) else set()
    assert {re.sub("@.*", "@.timer", one) for one in found} <= units


@pytest.mark.parametrize(
    ("role", "services"),
    [
        ("all", {layout.CORE_UNIT, layout.WEB_UNIT, layout.QCLUSTER_UNIT, "nginx", "postfix"}),
        ("core", {layout.CORE_UNIT, "nginx", "postfix"}),
        ("web", {layout.WEB_UNIT, layout.QCLUSTER_UNIT, "nginx"}),
        ("mta", {"postfix"}),
    ],
)
def test_a_host_runs_the_units_of_its_role(role: str, services: set[str]) -> None:
    suite = split_suite(role)
    units = declared_units(suite)
    running = {one.name for one in units if not one.waits}
    assert running == {one if "." in one else f"{one}.service" for one in services}
    waiting = {one.name for one in units if one.waits}
    index = {layout.INDEX_PATH_UNIT} if suite.settings.runs("web") else set()
    assert waiting == set(suite_files.timers(suite)) | index


@pytest.mark.parametrize("role", RELEASED)
def test_a_unit_reads_what_its_host_has(role: str) -> None:
    """A file that never comes would let a unit of an older configuration run for ever."""
    files = paths(role)
    secrets = {f"{layout.SECRETS}/{one}" for one in secret_references(split_settings(role))}
    for unit in declared_units(split_suite(role)):
        for path in unit.inputs:
            if path.startswith((layout.ETC, "/etc/nginx", layout.UNITS)):
                assert path in files | secrets, f"{unit.name} reads {path}"


def test_nginx_is_reloaded_for_the_way_between_hosts_only_where_there_is_one() -> None:
    def read(role: str) -> tuple[str, ...]:
        (unit,) = [one for one in declared_units(split_suite(role)) if one.name == "nginx.service"]
        return tuple(unit.inputs)

    assert read("all") == (nginx.ANSWER.site,)
    assert read("web") == (nginx.ANSWER.site, nginx.ANSWER.peers_site)
    assert read("core") == (nginx.ANSWER.peers_site,)


DATABASES = {"database_core_password", "database_web_password"}
OF_RELEASE = {"rest_password", "archiver_key", "django_secret_key"}


@pytest.mark.parametrize(
    ("role", "secrets"),
    [
        ("database", DATABASES),
        ("core", {*OF_RELEASE, *DATABASES, "superuser_password"}),
        ("web", {*OF_RELEASE, "database_web_password"}),
        ("mta", set()),
    ],
)
def test_a_host_gets_the_secrets_of_its_role_and_no_others(role: str, secrets: set[str]) -> None:
    assert set(secret_references(split_settings(role))) == secrets


@pytest.mark.parametrize("role", RELEASED)
def test_every_mark_in_a_file_is_a_secret_of_its_host(role: str) -> None:
    files = suite_files.installed(split_suite(role)).files
    marks = set(re.findall(r"@@(\w+)@@", "".join(one.content for one in files)))
    assert marks <= set(secret_references(split_settings(role)))


@pytest.mark.parametrize("role", every_role)
def test_every_template_of_a_role_is_rendered_before_anything_changes(
    role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []

    def files(name: str) -> object:
        def noted(_: object) -> DeclaredFiles:
            rendered.append(name)
            return DeclaredFiles()

        return noted

    suite = split_suite(role)
    for name in ("installed", "database_server"):
        monkeypatch.setattr(suite_files, name, files(name))
    suite_files.require_templates(suite)
    wanted = {"database": ["database_server"], "mta": []}
    assert rendered == wanted.get(role, ["installed"])
