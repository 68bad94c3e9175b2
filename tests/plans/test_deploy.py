"""The whole deploy on paper, for every supported distribution: bare, converged, refused."""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path

import pytest

from mailman_suite.base.refusal import Refused
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.parts.database.postgresql import ANSWER as DATABASE
from mailman_suite.releases.catalogue import DEFAULT, RELEASES
from mailman_suite.suite.release_archives import digest_file, kept_release
from tests.plans.expectations import assert_budget, assert_converged, assert_no_leaks
from tests.plans.harness import plan_of
from tests.plans.paper_hosts import PaperHost, paper_hosts
from tests.plans.plan import Plan
from tests.plans.suite_on_paper import POSTGRESQL, bare, converged, data, look
from tests.unit import surveyed

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploys" / "mailman.py"
REMOTE_COMMANDS_WHEN_CONVERGED = 15


def unwritten_steps() -> list[str]:
    """Steps that the deploy imports and nobody has written yet."""
    tree = ast.parse(DEPLOY.read_text()) if DEPLOY.exists() else ast.Module([], [])
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    steps = [a.name for node in imports if node.module == "deploys.steps" for a in node.names]
    return [step for step in steps if not (DEPLOY.parent / "steps" / f"{step}.py").exists()]


pytestmark = pytest.mark.skipif(
    not DEPLOY.exists() or bool(unwritten_steps()),
    reason=f"deploys/mailman.py waits for its steps: {', '.join(unwritten_steps())}",
)
every_supported_host = pytest.mark.parametrize(
    "host", paper_hosts(supported=True), ids=lambda host: host.name
)


@pytest.fixture(autouse=True)
def no_releases_from_earlier_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("mailman_suite.suite.release_archives.CACHE", tmp_path)
    return tmp_path


def named(name: str) -> PaperHost:
    return next(host for host in paper_hosts(supported=True) if host.name == name)


def bare_plan(host: PaperHost) -> Plan:
    return plan_of(DEPLOY, data(host), bare(host))


@every_supported_host
def test_a_bare_host_gets_its_packages_by_its_own_tool(host: PaperHost):
    first, *others = bare_plan(host).changes
    tool = "apt-get" if host.os_release["id"] in ("debian", "ubuntu") else "dnf"
    assert tool in first.commands[0]
    assert len(others) >= 5


@every_supported_host
def test_a_converged_host_gets_nothing_for_few_questions(host: PaperHost):
    plan = plan_of(DEPLOY, data(host), converged(host))
    assert_converged(plan)
    assert_budget(plan, facts=REMOTE_COMMANDS_WHEN_CONVERGED)


def test_all_hosts_have_the_same_operations_in_the_same_order():
    """Distributions differ in arguments, not in which steps there are; the release's name aside."""
    hosts = [host for host in paper_hosts(supported=True) if host.name != "debian-11"]
    plans = {host.name: bare_plan(host) for host in hosts}
    names = {tuple(op.name.split(" 3.3")[0] for op in plan.operations) for plan in plans.values()}
    assert len(names) == 1, names


def commands(plan: Plan) -> str:
    return "\n".join(command for op in plan.operations for command in op.commands)


def keep_a_release(host: PaperHost, content: bytes) -> None:
    """The control machine has an archive for this host, as `sha256sum` and a download left it."""
    archive = kept_release(suite_of(declared_settings(data(host)), look(host)))
    archive.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    digest_file(archive).write_text(f"{sha256}  /var/lib/release.tar.gz\n")


@every_supported_host
def test_the_second_host_of_a_kind_gets_the_release_of_the_first_and_builds_none(host: PaperHost):
    first = bare_plan(host)
    keep_a_release(host, b"\xff release")
    second = bare_plan(host)
    only_to_build = ("gettext", "host.build.release")
    assert all(words in commands(first) for words in only_to_build)
    assert not any(words in commands(second) for words in only_to_build)
    assert "host.build.unpack" in commands(second)
    uploads = [upload for op in second.operations for upload in op.uploads]
    assert "<9 bytes>" in [upload.content for upload in uploads]
    (on_its_way,) = (op for op in second.operations if op.name.endswith("is being sent"))
    assert "--unit=mailman3-suite-release" in "".join(on_its_way.commands)


@every_supported_host
def test_a_database_elsewhere_needs_its_client_and_no_server(
    host: PaperHost, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PASSWORD_OF_TEST", "s3cret-of-the-server")
    passwords = {
        f"mailman_database_{name}_password": "env:PASSWORD_OF_TEST" for name in ("core", "web")
    }
    elsewhere = {**POSTGRESQL, "mailman_database_host": "db.unit.test", **passwords}
    here = plan_of(DEPLOY, data(host, **POSTGRESQL), bare(host))
    there = plan_of(DEPLOY, data(host, **elsewhere), bare(host))
    words = there.changes[0].commands[0].split()
    platform = suite_of(declared_settings(data(host)), look(host)).platform
    packages = DATABASE.packaging[platform.package_tool]
    assert set(packages.client) <= set(words)
    assert not set(packages.server) & set(words)
    assert set(packages.server) <= set(here.changes[0].commands[0].split())


def test_a_release_that_came_already_is_not_sent_again():
    host = named("debian-12")
    keep_a_release(host, b"\xff release")
    sent = {**bare(host)["ReleaseState"], "sent": "release.tar.gz"}
    plan = plan_of(DEPLOY, data(host), {**bare(host), "ReleaseState": sent})
    on_its_way, built = (op for op in plan.operations if op.name.startswith("Release | Release"))
    assert "<9 bytes>" in [upload.content for upload in on_its_way.uploads]
    assert built.uploads == []
    assert "host.build.unpack" in "".join(built.commands)


def test_a_damaged_release_is_not_sent_but_built_anew(caplog: pytest.LogCaptureFixture):
    host = named("debian-12")
    keep_a_release(host, b"\xff release")
    archive = kept_release(suite_of(declared_settings(data(host)), look(host)))
    archive.write_bytes(b"\xff relea")
    plan = bare_plan(host)
    assert "host.build.release" in commands(plan)
    assert "host.build.unpack" not in commands(plan)
    assert "is built again" in caplog.text


def test_a_host_that_runs_the_release_needs_nothing_to_build_it():
    host = named("debian-12")
    answers = {**converged(host), "DebPackages": bare(host)["DebPackages"]}
    assert "gettext" not in commands(plan_of(DEPLOY, data(host), answers))


@pytest.mark.parametrize(("is_new", "starts"), [(True, True), (False, False)])
def test_core_starts_before_the_webs_migrations_only_where_there_is_no_data(
    is_new: bool, starts: bool
):
    host = named("debian-12")
    schema = {"new": is_new, "core": True, "web": ["all"]}
    plan = plan_of(DEPLOY, data(host), {**converged(host), "Schema": schema})
    assert ("systemctl start --no-block mailman3.service" in commands(plan)) is starts


def test_a_given_secret_travels_in_standard_input_only(monkeypatch: pytest.MonkeyPatch):
    secret = "s3cret-of-the-operator"
    monkeypatch.setenv("REST_PASSWORD_OF_TEST", secret)
    host = named("debian-12")
    declared = {**data(host), "mailman_rest_password": "env:REST_PASSWORD_OF_TEST"}
    plan = plan_of(DEPLOY, declared, bare(host), secrets=[secret])
    assert_no_leaks(plan)
    assert any("*secret*" in sent.content for op in plan.operations for sent in op.inputs)


@pytest.mark.parametrize("host", paper_hosts(supported=False), ids=lambda host: host.name)
def test_an_unsupported_host_is_refused_before_anything_is_asked_twice(host: PaperHost):
    with pytest.raises(Refused, match="was not touched"):
        plan_of(DEPLOY, data(host), {"HostInspection": look(host)})


def test_a_release_of_the_python_before_an_upgrade_of_the_system_is_built_anew():
    """Its own interpreter reads neither settings nor databases any more, which stops nothing."""
    host, release = named("debian-13"), RELEASES[DEFAULT]
    facts = converged(host)
    unread = {"web_migrations": None, "core_head": None, "unreadable": ["survey.web: no django"]}
    facts["Survey"] = surveyed.converged(release, **unread)
    facts["HostInspection"] = look(host, release.identifier((3, 11)))
    facts["ReleaseState"] = {**facts["ReleaseState"], "built": ""}
    said = commands(plan_of(DEPLOY, data(host), facts))
    assert "-s -m mailman_suite.host.build.release" in said
    assert "systemctl start mailman-window.service" in said


def test_what_nobody_goes_back_to_is_removed_and_nothing_else():
    host = named("debian-12")
    facts = converged(host)
    running = facts["HostInspection"]["suite"]["release"]
    windows = [
        {"id": f"2026110{number}T000000-old", "ended": True, "release": "older", "bytes": 1}
        for number in (1, 2)
    ]
    facts["HostInspection"]["kept"] = {"windows": windows, "releases": ["oldest", "older", running]}

    plan = plan_of(DEPLOY, data(host, mailman_keep_windows=1), facts)

    (change,) = plan.changes
    assert change.name == "Release | Only the last 1 windows keep their snapshots"
    state = "/var/lib/mailman3-suite/windows/20261101T000000-old"
    oldest = "/opt/mailman/releases/oldest"
    assert change.commands == [
        f"rm -f {state}/snapshot/complete && rm -rf {state}/snapshot {state}/program",
        f"rm -f {oldest}/stamp.json && rm -rf {oldest} /opt/mailman/releases/.oldest.lock",
    ]
