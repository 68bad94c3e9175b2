"""Every file of a suite, word for word: `UPDATE_GOLDEN=1` accepts what the templates say now."""

from __future__ import annotations

import ast
import configparser
import difflib
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mailman_suite.base import layout
from mailman_suite.base.declared_files import DeclaredFiles, ManagedFile
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.parts.answers import answers
from mailman_suite.parts.proxy import nginx
from mailman_suite.suite import files as suite_files
from mailman_suite.suite import rendering
from mailman_suite.suite.needed_secrets import secret_references
from mailman_suite.suite.suite import Suite
from mailman_suite.windows import backup, upgrade
from tests.bad_settings import GOOD
from tests.plans.paper_hosts import paper_hosts
from tests.plans.suite_on_paper import POSTGRESQL, SPLIT, TLS, data, look

GOLDEN = Path(__file__).parent / "golden"
(DEBIAN_12,) = [host for host in paper_hosts(supported=True) if host.name == "debian-12"]
HATCHES: dict[str, Any] = {
    "mailman_usenet": True,
    "mailman_web_aliases": ["www.unit.test", "203.0.113.7"],
    "mailman_superuser_email": "admin@unit.test",
    "mailman_core_config": {
        "mta": {"max_recipients": 50, "remove_dkim_headers": True},
        "archiver.mhonarc": {"command": "first\nsecond"},
    },
    "mailman_web_apps": ["allauth.socialaccount.providers.github"],
    "mailman_web_settings": {"TIME_ZONE": "Europe/Berlin", "X": {"a": (1, None, "it's")}},
}
SUITES = {"sqlite": {}, "postgresql-tls": {**POSTGRESQL, **TLS, **HATCHES}}


def suite(more: dict[str, Any]) -> Suite:
    return suite_of(declared_settings({**GOOD, **more}), look(DEBIAN_12))


def everything(of: Suite) -> DeclaredFiles:
    return suite_files.configuration(of) + suite_files.units(of) + suite_files.proxy(of)


def text_of(path: str, more: dict[str, Any]) -> str:
    (found,) = [one for one in everything(suite(more)).files if one.path == path]
    return found.content


CASES = [
    pytest.param(name, one, id=f"{name}-{Path(one.path).name}")
    for name, more in SUITES.items()
    for one in everything(suite(more)).files
]


@pytest.mark.parametrize(("name", "file"), CASES)
def test_a_file_reads_as_it_did(name: str, file: ManagedFile):
    golden = GOLDEN / name / file.path.lstrip("/")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(file.content, encoding="utf-8")
    before = golden.read_text(encoding="utf-8").splitlines()
    changed = difflib.unified_diff(before, file.content.splitlines(), str(golden), "now", "", "", 1)
    assert before == file.content.splitlines(), "\n".join(changed)


def test_every_golden_file_is_still_made():
    kept = {path.relative_to(GOLDEN) for path in GOLDEN.rglob("*") if path.is_file()}
    made = {Path(case.values[0], case.values[1].path.lstrip("/")) for case in CASES}
    assert kept == made


@pytest.mark.parametrize("more", SUITES.values(), ids=SUITES)
def test_what_holds_a_secret_is_not_for_everybody(more: dict[str, Any]):
    for one in everything(suite(more)).files:
        if "@@" in one.content:
            assert (one.owner, one.group, one.mode) == ("root", layout.GROUP, "640"), one.path


@pytest.mark.parametrize("more", SUITES.values(), ids=SUITES)
def test_every_mark_is_a_secret_that_the_host_gets(more: dict[str, Any]):
    of = suite(more)
    texts = "".join(one.content for one in everything(of).files)
    assert set(re.findall(r"@@(\w+)@@", texts)) <= set(secret_references(of.settings))


@pytest.mark.parametrize("more", SUITES.values(), ids=SUITES)
def test_no_file_names_a_placeholder(more: dict[str, Any]):
    for one in everything(suite(more)).files:
        assert not re.search(r"example\.(com|org|net)", one.content), one.path


@pytest.mark.parametrize("more", SUITES.values(), ids=SUITES)
def test_djangos_settings_are_python(more: dict[str, Any]):
    tree = ast.parse(text_of(layout.WEB_SETTINGS, more))
    assigned = [node.targets[0] for node in tree.body if isinstance(node, ast.Assign)]
    names = {target.id for target in assigned if isinstance(target, ast.Name)}
    assert names >= {"SECRET_KEY", "DATABASES", "ALLOWED_HOSTS", "STATIC_ROOT"}
    assert names >= set(more.get("mailman_web_settings", {}))


def evaluated(more: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What Django's settings come to, upon a little of what mailman-web brings."""
    upstream = ModuleType("mailman_web.settings.base")
    vars(upstream).update(Q_CLUSTER={"workers": 2, "retry": 360}, INSTALLED_APPS=["hyperkitty"])
    for name in ("", ".settings", ".settings.base", ".settings.mailman"):
        monkeypatch.setitem(sys.modules, f"mailman_web{name}", upstream)
    monkeypatch.setattr(Path, "read_text", lambda path: "secret")
    names: dict[str, Any] = {}
    exec(text_of(layout.WEB_SETTINGS, more), names)
    return names


MEMCACHED = {"default": {"BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache"}}


@pytest.mark.parametrize("more", [{}, {"mailman_web_settings": {"CACHES": MEMCACHED}}], ids=str)
@pytest.mark.parametrize(
    ("release", "poll", "guard_cycle"), [("3.3.10+forked", 2, 5), ("3.3.10+django52", 1, 1)]
)
def test_an_idle_worker_seldom_asks_unless_that_makes_a_stop_slow(
    release: str, poll: int, guard_cycle: int, more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    found = evaluated({**more, "mailman_release": release}, monkeypatch)
    ours = {"poll": poll, "guard_cycle": guard_cycle, "cache": "worker"}
    assert found["Q_CLUSTER"] == {"workers": 2, "retry": 360, **ours}
    assert found["CACHES"]["worker"]["BACKEND"].endswith("LocMemCache")
    assert set(found["CACHES"]) == {"default", "worker"}


def test_an_operators_own_worker_settings_win(monkeypatch: pytest.MonkeyPatch):
    own = {"poll": 0.2, "retry": 600, "timeout": 300}
    found = evaluated({"mailman_web_settings": {"Q_CLUSTER": own}}, monkeypatch)
    assert found["Q_CLUSTER"] == own


def test_wrong_passwords_are_counted_by_the_address_that_the_proxy_saw(
    monkeypatch: pytest.MonkeyPatch,
):
    """One proxy puts one address there, whatever a visitor sent in that header."""
    assert evaluated({}, monkeypatch)["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1
    headers = re.findall(r"X-Forwarded-For (.*);", text_of(nginx.ANSWER.site, {}))
    assert headers == ["$remote_addr"]


@pytest.mark.parametrize("more", SUITES.values(), ids=SUITES)
def test_core_reads_its_configuration_section_by_section(more: dict[str, Any]):
    """Core merges a section that stands twice, so this parser must, too."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read_string(text_of(layout.CORE_CONFIG, more))
    assert parser["webservice"]["admin_pass"] == "@@rest_password@@"
    for section, keys in more.get("mailman_core_config", {}).items():
        assert set(keys) <= set(parser[section])


@pytest.mark.parametrize(
    ("value", "written"), [(False, "no"), (True, "yes"), (0, "0"), (50, "50"), ("off", "off")]
)
def test_core_is_told_a_value_in_its_own_words(value: Any, written: str):
    config = configparser.RawConfigParser(strict=False)
    told = {"mailman_core_config": {"mta": {"verp_confirmations": value}}}
    config.read_string(text_of(layout.CORE_CONFIG, told))
    assert config.get("mta", "verp_confirmations") == written


def test_a_value_of_two_lines_stays_one_value():
    text = text_of(layout.CORE_CONFIG, {"mailman_core_config": {"mta": {"x": "a\n[webservice]"}}})
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read_string(text)
    assert parser["mta"]["x"] == "a\n[webservice]"
    assert parser["webservice"]["admin_pass"] == "@@rest_password@@"


def test_every_timer_that_runs_has_a_unit():
    of = suite({})
    names = {Path(one.path).name for one in suite_files.units(of).files}
    for timer in suite_files.timers(of):
        template = re.sub("@.*", "@.timer", timer)
        assert {template, template.replace(".timer", ".service")} <= names


def test_every_template_becomes_a_file():
    made = {one.path.lstrip("/") + ".j2" for one in everything(suite({})).files}
    made |= {path.lstrip("/") + ".j2" for path in (*upgrade.UNIT_FILES, *backup.UNIT_FILES)}
    for part in answers("proxy").values():  # the other proxies, and roles on several hosts
        made |= {f"{path}.j2".lstrip("/") for path in (part.site, part.peers_site)}
    made |= {f"{part.configuration}.j2".lstrip("/") for part in answers("wsgi").values()}
    made |= {f"{layout.UNITS}/{layout.FENCE_UNIT}".lstrip("/") + ".j2"}  # of a rehearsal
    for host in paper_hosts(supported=True):
        settings = declared_settings(data(host, **POSTGRESQL))
        server = suite_files.database_server(suite_of(settings, look(host)))
        made |= {one.path.lstrip("/") + ".j2" for one in server.files}
    folder = rendering.TEMPLATES
    templates = {str(path.relative_to(folder)) for path in folder.rglob("*.j2")}
    assert {name for name in templates if "/_" not in name} == made


def test_directories_of_data_are_the_suites_and_those_of_code_are_roots():
    owners = {
        one.path: one.owner for one in suite_files.directories(suite({}).settings).directories
    }
    assert owners[layout.RELEASES] == owners[layout.ETC] == owners[layout.SECRETS] == "root"
    assert owners[layout.VAR] == owners[layout.WEB] == layout.USER


def test_the_database_server_waits_for_the_address_at_which_it_is_asked(monkeypatch):
    monkeypatch.setenv("SHARED_SECRET", "secret-of-all-hosts")
    declared = suite_files.database_server(suite(SPLIT))
    (found,), (place,) = declared.files, declared.directories
    assert found.path == "/etc/systemd/system/postgresql@.service.d/mailman3-suite.conf"
    assert found.path.startswith(place.path)
    assert "After=network-online.target" in found.content
    assert '"|-- 10.0.0.10" /proc/net/fib_trie' in found.content
