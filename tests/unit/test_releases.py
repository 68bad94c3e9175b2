"""The releases, their locks and what identifies a build."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mailman_suite.base.host_program import closure
from mailman_suite.base.refusal import Refusal
from mailman_suite.releases import catalogue
from mailman_suite.releases.catalogue import (
    DEFAULT,
    INSTALLER_LOCK,
    RELEASES,
    Python,
    Release,
    release_named,
)

LOCKS = [
    pytest.param(release, python, id=f"{release.name}-{python[0]}.{python[1]}")
    for release in RELEASES.values()
    for python in release.pythons
]
every_lock = pytest.mark.parametrize(("release", "python"), LOCKS)


def pins(lock: Path) -> dict[str, tuple[str, int]]:
    """Project -> (version, number of hashes) of a lock."""
    entries = re.split(r"\n(?=[a-zA-Z0-9])", lock.read_text(encoding="utf-8"))
    found = {}
    for entry in entries:
        pin = re.match(r"([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", entry)
        if pin:
            found[pin[1].lower()] = (pin[2], entry.count("--hash=sha256:"))
    return found


def test_the_default_release_covers_debian_12_and_13():
    release = release_named(DEFAULT)
    assert release.supports_python((3, 11))
    assert release.supports_python((3, 13))
    assert not release.supports_python((3, 9))
    assert not release.supports_python((3, 14))


def test_the_core_version_is_upstreams():
    assert [release.core for release in RELEASES.values()] == [
        "3.3.9",
        "3.3.10",
        "3.3.10",
        "3.3.10",
    ]


def test_a_release_is_replaced_once_a_newer_core_takes_each_of_its_pythons():
    older, *newer = RELEASES.values()
    assert catalogue.replacements(older) == tuple(newer)
    assert [catalogue.replacements(one) for one in newer] == [(), (), ()]


def test_a_python_that_no_newer_core_takes_keeps_a_release(monkeypatch: pytest.MonkeyPatch):
    older = replace(RELEASES["3.3.9"], pythons=((3, 8), (3, 9)))
    monkeypatch.setitem(RELEASES, "3.3.9", older)
    assert catalogue.replacements(older) == ()


def test_an_unknown_release_is_refused_with_the_known_ones():
    with pytest.raises(
        Refusal, match=re.escape("one of 3.3.9, 3.3.10, 3.3.10+django52, 3.3.10+forked")
    ):
        release_named("3.3.11")


def test_an_old_interpreter_is_pointed_to_the_release_that_takes_it():
    with pytest.raises(Refusal) as refused:
        release_named("3.3.10+forked").lock_for((3, 9))
    assert refused.value.found == "Python 3.9"
    assert refused.value.expected == "Python 3.10 to 3.13 for release 3.3.10+forked"
    assert 'set mailman_release = "3.3.10" for this host' in refused.value.remedy


def test_an_interpreter_that_no_release_takes_is_refused():
    with pytest.raises(Refusal, match="use an operating system whose Python is in that range"):
        release_named("3.3.10").require_python((3, 8))


@every_lock
def test_every_line_of_a_lock_has_a_version_and_a_hash(release: Release, python: Python):
    locks = [release.lock_for(python), release.directory / "build.lock", INSTALLER_LOCK]
    if release.patches():
        locks.append(release.directory / "upstream.lock")
    for lock in locks:
        lines = [line for line in lock.read_text().splitlines() if re.match(r"\w", line)]
        assert len(lines) >= len(pins(lock)) > 0
        assert all("==" in line for line in lines)
        assert all(hashes for _, hashes in pins(lock).values())


@every_lock
def test_a_lock_holds_the_versions_of_the_release(release: Release, python: Python):
    found = pins(release.lock_for(python))
    assert {name: found[name][0] for name, _ in release.packages} == dict(release.packages)
    assert found["django"][0].startswith(f"{release.django}.")


@every_lock
def test_a_lock_keeps_clear_of_known_breakages(release: Release, python: Python):
    found = pins(release.lock_for(python))
    assert found["sqlalchemy"][0].startswith("2.0.")
    assert found["mistune"][0].startswith("2." if found["hyperkitty"][0] == "1.3.8" else "3.0.")
    assert found["click"][0].startswith("8.")
    assert not found["django-haystack"][0].startswith("3.1")


@every_lock
def test_nobody_can_slip_in_a_package_called_nntplib(release: Release, python: Python):
    found = pins(release.lock_for(python))
    assert "nntplib" not in found
    assert ("standard-nntplib" in found) == (python == (3, 13))


@pytest.mark.parametrize("release", RELEASES.values(), ids=list(RELEASES))
def test_what_is_patched_is_what_has_a_local_version(release: Release):
    found = [pins(release.lock_for(python)) for python in release.pythons]
    local = {name for lock in found for name, (version, _) in lock.items() if "+suite." in version}
    assert {patch.stem for patch in release.patches()} == local
    if local:
        assert set(pins(release.directory / "upstream.lock")) == local


@pytest.mark.parametrize("release", RELEASES.values(), ids=list(RELEASES))
def test_a_release_says_what_changes_for_operators(release: Release):
    notes = (release.directory / "notes.md").read_text(encoding="utf-8")
    assert notes.startswith(f"# {release.name}\n")
    assert release.python_range in notes


def test_every_build_input_is_there():
    for release in RELEASES.values():
        for source in release.build_inputs(release.pythons[0]).values():
            assert source.is_file()


def test_the_identifier_names_release_and_python():
    release = release_named("3.3.10+forked")
    assert re.fullmatch(r"3\.3\.10\+forked-py3\.11-[0-9a-f]{12}", release.identifier((3, 11)))
    assert release.identifier((3, 11)) != release.identifier((3, 12))
    assert catalogue.release_of_identifier(release.identifier((3, 11))) == release
    assert catalogue.release_of_identifier("3.2.0-py3.7-0123456789ab") is None


@pytest.mark.parametrize("changed", ["python3.11.lock", "build.lock", "patches/mailman.patch"])
def test_the_identifier_changes_with_every_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
):
    release = release_named("3.3.10+forked")
    before = release.identifier((3, 11))
    shutil.copytree(release.directory, tmp_path / "releases" / release.name)
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    assert release.identifier((3, 11)) == before
    with (release.directory / changed).open("a") as file:
        file.write("# changed\n")
    assert release.identifier((3, 11)) != before


def test_a_newer_installer_changes_no_identifier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A host whose release was built before, even with pip, keeps it: a change means a window."""
    release = release_named("3.3.10+django52")
    before = release.identifier((3, 11))
    assert before == "3.3.10+django52-py3.11-85ef8b700f6d"
    newer = tmp_path / "installer.lock"
    newer.write_text("uv==99.0 --hash=sha256:0\n")
    monkeypatch.setattr(catalogue, "INSTALLER_LOCK", newer)
    assert release.build_inputs((3, 11))["installer.lock"] == newer
    assert release.identifier((3, 11)) == before


@pytest.mark.parametrize("program", ["release", "assets", "unpack"])
def test_a_build_has_every_module_that_it_imports(program: str):
    release = RELEASES["3.3.10+forked"]
    sent = {str(path) for path in release.build_inputs((3, 11))}
    needed = closure(f"mailman_suite.host.build.{program}")
    files = {f"{module.replace('.', '/')}.py" for module, text in needed.items() if text}
    assert files <= sent
