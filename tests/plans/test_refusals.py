"""Whatever is refused is refused by the deploy itself, before it asks or sends anything more."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refused
from mailman_suite.parts.proxy import nginx
from mailman_suite.suite import rendering
from tests.bad_hosts import TROUBLES, Trouble
from tests.bad_settings import ELSEWHERE, GIVEN, GOOD, MISTAKES, SECRET, Mistake
from tests.contract.repository import Repository, Run
from tests.plans.harness import NotOnPaper, plan_of
from tests.plans.paper_hosts import paper_hosts
from tests.plans.suite_on_paper import look

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploys" / "mailman.py"
(DEBIAN_11, DEBIAN_12) = [
    host for host in paper_hosts(supported=True) if host.name in ("debian-11", "debian-12")
]


def reasons_for(data: dict[str, Any], facts: dict[str, Any]) -> tuple[str, ...]:
    """Why the deploy refuses a host; any fact beyond `facts`, or any command, fails the test."""
    with pytest.raises(Refused, match="lists was not touched, because:") as raised:
        plan_of(DEPLOY, data, facts)
    assert SECRET not in str(raised.value)
    for reason in raised.value.reasons:
        assert all([reason.found, reason.expected, reason.remedy])
    return tuple(reason.found for reason in raised.value.reasons)


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_settings_is_refused_without_one_question(mistake: Mistake):
    (found,) = reasons_for(mistake.declared, facts={})
    assert mistake.found in found


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_a_trouble_with_the_host_is_refused_after_one_look(trouble: Trouble):
    seen = {"python_missing": True} if trouble.look is None else look(DEBIAN_12) | trouble.look
    (found,) = reasons_for(trouble.declared, facts={"HostInspection": seen})
    assert trouble.found in found


def test_a_good_host_is_asked_further():
    """The two tests above can fail: what is not refused goes on to the next question."""
    with pytest.raises(NotOnPaper, match="was asked"):
        plan_of(DEPLOY, GOOD, {"HostInspection": look(DEBIAN_12)})


def test_debian_11_with_the_default_release_is_told_which_one_to_set():
    with pytest.raises(Refused, match=r'set mailman_release = "3\.3\.10" for this host'):
        plan_of(DEPLOY, GOOD, {"HostInspection": look(DEBIAN_11)})


def test_every_secret_that_cannot_be_had_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CORE_PASSWORD", SECRET)
    monkeypatch.delenv("WEB_PASSWORD", raising=False)
    data = {**GOOD, **ELSEWHERE, **GIVEN, "mailman_archiver_key": "file:/nowhere/at/all"}
    found = reasons_for(data, facts={"HostInspection": look(DEBIAN_12)})
    assert [text.split()[0] for text in found] == [
        "mailman_archiver_key",
        "mailman_database_web_password",
    ]


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the templates that a test may break."""
    copy = tmp_path / "templates"
    shutil.copytree(rendering.TEMPLATES, copy)
    monkeypatch.setattr(rendering, "TEMPLATES", copy)
    rendering._environment.cache_clear()
    yield copy
    rendering._environment.cache_clear()


MISTAKES_IN_TEMPLATES = {
    "a variable that does not exist": ("{{ settings.web_hots }}", "UndefinedError"),
    "a name that does not exist": ("{{ seting.web_host }}", "UndefinedError"),
    "a loop without an end": ("{% for x in [] %}", "TemplateSyntaxError"),
    "a filter that does not exist": ("{{ 1 | shell }}", "TemplateAssertionError"),
    "a sum of a list and a number": ("{{ settings.domains + 1 }}", "TypeError"),
    "a division by zero": ("{{ 1 / 0 }}", "ZeroDivisionError"),
    "an include of nothing": ("{% include 'nothing.j2' %}", "TemplateNotFound"),
}


@pytest.mark.parametrize(
    ("text", "error"), MISTAKES_IN_TEMPLATES.values(), ids=MISTAKES_IN_TEMPLATES
)
def test_a_mistake_in_a_template_is_refused_by_its_name(templates: Path, text: str, error: str):
    name = "etc/systemd/system/mailman3.service.j2"
    with (templates / name).open("a", encoding="utf-8") as template:
        template.write(text)
    (found,) = reasons_for(GOOD, facts={"HostInspection": look(DEBIAN_12)})
    assert found.startswith(f"templates/{name}: {error}: ")


@pytest.mark.parametrize(
    "name", [layout.WEB_SETTINGS, nginx.ANSWER.site, f"{layout.UNITS}/mailman-notify.timer"]
)
def test_a_missing_template_is_refused_by_its_name(templates: Path, name: str):
    (templates / f"{name.lstrip('/')}.j2").unlink()
    (found,) = reasons_for(GOOD, facts={"HostInspection": look(DEBIAN_12)})
    assert found.startswith(f"templates{name}.j2: TemplateNotFound")


class Commandline(Repository):
    """This repository itself, with an inventory of the test's own."""

    def deploy(self, inventory: str, *options: str) -> Run:
        return self.pyinfra(*(inventory, str(DEPLOY), "-y", "-vvv", "--chdir", str(ROOT), *options))


@pytest.fixture
def commandline(tmp_path: Path, cli_server: subprocess.Popen[str]) -> Commandline:
    return Commandline(tmp_path, cli_server)


def hosts(commandline: Commandline, **by_name: tuple[dict[str, Any], dict[str, Any]]) -> str:
    """The path of an inventory of hosts on paper: name -> its data and what it answers."""
    entries = [
        (f"@fake/{name}", {**data, "fake_responses": {"mailman": json.dumps(seen)}})
        for name, (data, seen) in by_name.items()
    ]
    commandline.write("hosts.py", f"hosts = {entries!r}")
    return str(commandline.path / "hosts.py")


def sent(run: Run) -> int:
    """How many commands a run sent to its hosts."""
    return run.stderr.count(">>> ")


def test_the_command_refuses_a_bad_host_after_one_look(commandline: Commandline):
    seen = look(DEBIAN_12) | TROUBLES["another mail server"].look
    run = commandline.deploy(hosts(commandline, a=(GOOD, seen)))
    assert run.returncode == 1
    assert "--> refused: @fake/a was not touched, because:" in run.stderr
    assert "pyinfra error" not in run.stderr
    assert "found:    port 25 is in use by exim4 (exim4.service)" in run.stderr
    assert "to do:    stop the program that listens on port 25" in run.stderr
    assert sent(run) == 1


def test_one_bad_host_keeps_the_good_ones_untouched(commandline: Commandline):
    good = look(DEBIAN_12)
    bad = {**GOOD, "mailman_usenet": "no"}
    run = commandline.deploy(hosts(commandline, a=(GOOD, good), b=(bad, good)))
    assert run.returncode == 1
    assert "@fake/b was not touched, because:" in run.stderr
    assert "apt-get" not in run.stderr
    assert "Beginning operation run" not in run.stderr


def test_the_command_refuses_bad_settings_on_this_very_machine(commandline: Commandline):
    before = {path: Path(path).exists() for path in (layout.HOME, layout.ETC, layout.STATE)}
    run = commandline.deploy("@local", "--data", "mailman_web_hots=lists.unit.test")
    assert run.returncode == 1
    assert "@local was not touched, because:" in run.stderr
    assert "the nearest is mailman_web_host" in run.stderr
    assert sent(run) == 0
    assert before == {path: Path(path).exists() for path in before}


LIMITS = {
    "a limit that matches no host": (
        ["--limit", "tpyo"],
        "--limit tpyo matches no host of",
        "one of its hosts (@fake/a, @fake/b)",
        "correct --limit",
    ),
    "one of two limits matches no host": (
        ["--limit", "@fake/a", "--limit", "@fake/c"],
        "--limit @fake/c matches no host of",
        "one of its hosts (@fake/a, @fake/b)",
        "the nearest name is @fake/",
    ),
    "an exclusion that matches no host": (
        ["--exclude", "@fake/x*"],
        "--exclude @fake/x* matches no host of",
        "one of its hosts",
        "correct --exclude",
    ),
    "an exclusion of what the limit left": (
        ["--limit", "@fake/a", "--exclude", "@fake/a"],
        "--limit and --exclude together leave no host",
        "at least one of @fake/a, @fake/b",
        "widen --limit",
    ),
    "an exclusion of everything": (
        ["--exclude", "@fake/*"],
        "--limit and --exclude together leave no host",
        "at least one of @fake/a, @fake/b",
        "remove one of the options",
    ),
}


@pytest.mark.parametrize(("options", "found", "expected", "remedy"), LIMITS.values(), ids=LIMITS)
def test_a_run_that_would_touch_no_host_is_an_error(
    commandline: Commandline, options: list[str], found: str, expected: str, remedy: str
):
    two = hosts(commandline, a=(GOOD, look(DEBIAN_12)), b=(GOOD, look(DEBIAN_12)))
    run = commandline.deploy(two, *options)
    assert run.returncode == 1
    assert "pyinfra error" not in run.stderr
    for said in ("--> refused: no host was touched, because:", found, expected, remedy):
        assert said in run.stderr
    assert "Connecting to hosts" not in run.stderr
    assert sent(run) == 0


def test_a_limit_that_matches_is_let_through(commandline: Commandline):
    seen = {**look(DEBIAN_12), "systemd": False}
    two = hosts(commandline, a=(GOOD, seen), b=({}, seen))
    run = commandline.deploy(two, "--limit", "@fake/a")
    assert "@fake/a was not touched, because:" in run.stderr


WITHOUT_HOSTS = {
    "as inventories/prod.py is shipped": (
        "{path}/empty.py",
        "the inventory {path}/empty.py has no host",
        "a file that names at least one",
        'hosts = ["lists.your-domain.org"]',
    ),
    "a mistyped name": (
        "inventories/missing.py",
        "there is no inventory inventories/missing.py",
        "a file such as inventories/lab.py, inventories/prod.py, inventories/staging.py",
        "correct the name",
    ),
}


@pytest.mark.parametrize(
    ("inventory", "found", "expected", "remedy"), WITHOUT_HOSTS.values(), ids=WITHOUT_HOSTS
)
def test_an_inventory_without_hosts_is_an_error_that_says_how_to_begin(
    commandline: Commandline, inventory: str, found: str, expected: str, remedy: str
):
    commandline.write("empty.py", "hosts = []")
    run = commandline.deploy(inventory.format(path=commandline.path))
    assert run.returncode == 1
    for said in (found.format(path=commandline.path), expected, remedy, "pyinfra @local"):
        assert said in run.stderr
    assert sent(run) == 0
