"""The code keeps the rules, and each rule is shown to catch what it forbids."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.unit import host_rules, rules
from tests.unit.host_rules import ON_TARGETS
from tests.unit.rules import EVERYWHERE, ROOT, Rule, broken, each_broken, files_of

CODE = files_of("deploys", "mailman_suite")
HOST_PROGRAMS = files_of("mailman_suite/host")
TEMPLATES = files_of("templates", pattern="*")
IMPORT = "from pyinfra.operations import files\nfrom pyinfra import host\n"

BROKEN = [
    (rules.operations_inside_functions, IMPORT + "files.put(name='x')"),
    (rules.operations_inside_functions, IMPORT + "for x in 'ab':\n    files.link(name=x)"),
    (rules.operations_are_named, IMPORT + "def f():\n    files.put('a', 'b')"),
    (rules.no_dangerous_pyinfra, IMPORT + "def f():\n    with host.when(f): pass"),
    (rules.no_dangerous_pyinfra, IMPORT + "def f():\n    with host.arguments(_sudo=True): pass"),
    (rules.no_dangerous_pyinfra, "COMMAND = ['pyinfra', '--no-wait']"),
    (rules.short_functions, "def f():\n" + "    x = 1\n" * 30),
    (rules.short_files, "x = 1\n" * 250),
    (rules.versions_in_releases_and_gates, "new = version >= (3, 3)"),
    (rules.versions_in_releases_and_gates, "new = release.core == '3.3.10'"),
    (rules.versions_in_releases_and_gates, "from packaging.version import Version"),
    (rules.distributions_in_platforms, "if os_id == 'debian':\n    pass"),
    (rules.distributions_in_platforms, "def f(platform):\n    return platform.is_fedora"),
    (rules.distributions_in_platforms, "def ubuntu_packages(): ..."),
    (rules.places_in_layout, "HOME = '/opt/mailman/venv'"),
    (rules.places_in_layout, "name = f'/etc/mailman3/{file}'"),
    (rules.places_in_layout, "url = f'http://127.0.0.1:8001/3.1'"),
    (rules.places_in_layout, "LMTP = 8024"),
    (rules.names_say_something, "class QueueManager: ..."),
    (rules.names_say_something, "def path_utils(): ..."),
    (host_rules.host_programs_need_nothing, "import requests"),
    (host_rules.host_programs_need_nothing, "from mailman_suite import layout"),
    (host_rules.host_programs_need_nothing, "from mailman_suite.hostile import layout"),
    (host_rules.host_programs_need_nothing, "import django"),
    (host_rules.host_programs_need_nothing, "def f():\n    import requests"),
    (host_rules.host_programs_need_nothing, "from . import layout"),
    (host_rules.host_programs_need_nothing, "import tomllib"),
    (host_rules.host_programs_need_nothing, "import crypt"),
    (host_rules.host_programs_follow_no_link, "os.chown(path, 0, 0)"),
    (host_rules.host_programs_follow_no_link, "path.chmod(0o755)"),
    (host_rules.host_programs_follow_no_link, "shutil.rmtree(path)"),
    (host_rules.host_programs_follow_no_link, "path.write_text('x')"),
    (host_rules.host_programs_follow_no_link, "open(path, 'w')"),
    (host_rules.host_programs_follow_no_link, "open(path, mode='ab')"),
    (host_rules.host_programs_are_old_python, "match x:\n    case 1: pass"),
    (host_rules.host_programs_are_old_python, "def f(x: int | None): ..."),
]
FINE = [
    (rules.operations_inside_functions, IMPORT + "def f():\n    files.put(name='x')"),
    (rules.operations_are_named, IMPORT + "def f():\n    yield from files.put._inner('a', 'b')"),
    (rules.operations_are_named, "from pyinfra.operations.util import any_changed\nany_changed()"),
    (rules.short_functions, "def f():\n" + "    x = 1\n" * 29),
    (rules.short_functions, 'def f():\n    """' + "words\n" * 40 + '"""\n    return 1'),
    (rules.distributions_in_platforms, '"""Debian names these otherwise."""'),
    (rules.places_in_layout, '"""Lives in /opt/mailman."""\nhalf = 18000'),
    (rules.versions_in_releases_and_gates, "same = release.version == wanted"),
    (rules.distributions_in_platforms, "command = 'DEBIAN_FRONTEND=noninteractive apt-get'"),
    (
        host_rules.host_programs_need_nothing,
        "import json, os.path\nfrom mailman_suite.host import a",
    ),
    (host_rules.host_programs_need_nothing, "def f():\n    from django.conf import settings"),
    (host_rules.host_programs_follow_no_link, "os.rename('a', 'b', src_dir_fd=x, dst_dir_fd=y)"),
    (host_rules.host_programs_follow_no_link, "open(path, 'rb')"),
    (rules.names_say_something, "def utility_bill(): ..."),
    (
        host_rules.host_programs_are_old_python,
        "from __future__ import annotations\nx: int | None = 1",
    ),
]


def _id(value: object) -> str | None:
    return getattr(value, "__name__", None) if callable(value) else None


@pytest.mark.parametrize(("rule", "source"), BROKEN, ids=_id)
def test_a_rule_catches_what_it_forbids(rule: Rule, source: str):
    assert broken(rule, Path("deploys/steps/sample.py"), source)


@pytest.mark.parametrize(("rule", "source"), FINE, ids=_id)
def test_a_rule_lets_good_code_pass(rule: Rule, source: str):
    assert broken(rule, Path("deploys/steps/sample.py"), source) == []


def test_the_places_of_knowledge_are_exempt():
    assert not broken(rules.places_in_layout, Path("mailman_suite/base/layout.py"), "REST = 8001")
    assert not broken(rules.distributions_in_platforms, Path("a/platforms.py"), "X = 'debian'")
    assert not broken(
        rules.versions_in_releases_and_gates, Path("a/gates/asking.py"), "a.version < b"
    )


def test_own_operations_count_as_operations(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rules, "own_operations", lambda: {"ensure"})
    source = "from mailman_suite.operations import units\nunits.ensure()\nunits.order()"
    found = broken(rules.operations_inside_functions, Path("deploys/sample.py"), source)
    assert [line.split(":")[1] for line in found] == ["2"]


@cache
def found_in_code() -> list[dict[Rule, list[str]]]:
    """What breaks each rule, in each file."""
    return [each_broken(EVERYWHERE, path, (ROOT / path).read_text()) for path in CODE]


@pytest.mark.parametrize("rule", EVERYWHERE, ids=_id)
def test_the_code_keeps_the_rule(rule: Rule):
    found = [line for in_file in found_in_code() for line in in_file[rule]]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("rule", ON_TARGETS, ids=_id)
def test_host_programs_run_on_every_target(rule: Rule):
    found = [
        line for path in HOST_PROGRAMS for line in broken(rule, path, (ROOT / path).read_text())
    ]
    assert not found, "\n".join(found)


def literal_places(text: str) -> list[str]:
    """Places in a template that should come from layout.py as variables."""
    return [match.group() for match in rules.PLACE.finditer(text)]


def test_templates_take_places_from_the_layout():
    found = [f"{path}: {place}" for path in TEMPLATES for place in _places_in(path)]
    assert not found, "\n".join(found)


def _places_in(path: Path) -> list[str]:
    return literal_places((ROOT / path).read_text(encoding="utf-8"))


def test_a_literal_place_in_a_template_is_caught():
    assert literal_places("var_dir: /opt/mailman/mm/var\nport: 8001\n") == ["/opt/mailman", "8001"]
    assert literal_places("var_dir: {{ layout.var }}\n# from templates/etc/mailman3/x.j2") == []


def test_no_package_hosts_name_stands_in_the_repository():
    found = [
        f"{path}: {name}"
        for path in rules.tracked_files()
        for name in rules.package_hosts((ROOT / path).read_text("utf-8", errors="replace"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "name", ["deb.{}", "security.{}", "snapshot.{}", "ftp.{}", "ftp.de.{}", "mirror.company.{}"]
)
def test_the_name_of_one_of_debians_hosts_is_caught(name: str):
    host = name.format("debian.org")
    assert rules.package_hosts(f"deb http://{host}/debian bookworm main") == [host]


@pytest.mark.parametrize("name", ["{}.org", "test.{}.org", "upload.{}.org", "{}.python.org"])
def test_the_name_of_one_of_pythons_indexes_is_caught(name: str):
    host = name.format("pypi")
    assert rules.package_hosts(f"index-url = https://{host}/simple") == [host]


@pytest.mark.parametrize(
    "fine", ["https://www.debian.org/", "mirror.example", "pypi-mirror.example"]
)
def test_another_name_is_no_package_host(fine: str):
    assert rules.package_hosts(fine) == []


def test_whoever_follows_links_still_does():
    """The list of exceptions names nothing that is converted."""
    rule, exceptions = host_rules.host_programs_follow_no_link, dict(host_rules.STILL_FOLLOW)
    host_rules.STILL_FOLLOW.clear()
    try:
        texts = {own: (ROOT / "mailman_suite/host" / own).read_text() for own in exceptions}
        done = [own for own, text in texts.items() if not broken(rule, Path(own), text)]
    finally:
        host_rules.STILL_FOLLOW.update(exceptions)
    assert done == []
