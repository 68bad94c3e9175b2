"""A change of release concerns Core, the web, or both: what the locks say of each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mailman_suite.host.wire.sides import SIDES
from mailman_suite.releases import sides
from mailman_suite.releases.catalogue import DEFAULT, RELEASES, Release

PYTHON = (3, 11)


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    """A release with the default's files, in a directory of its own, that runs on the host."""
    for path in RELEASES[DEFAULT].directory.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(RELEASES[DEFAULT].directory)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(Release, "directory", property(_directory(tmp_path)))
    found = replace(RELEASES[DEFAULT], name="beside")
    monkeypatch.setitem(RELEASES, "beside", found)
    sides.digest.cache_clear()
    return found


def _directory(place: Path):  # type: ignore[no-untyped-def]
    really = Release.directory.fget
    assert really is not None
    return lambda release: place if release.name == "beside" else really(release)


def left(beside: Release) -> tuple[str, ...]:
    """What the change from `beside` to the default leaves alone."""
    running = {side: sides.digest(beside, PYTHON, side) for side in SIDES}
    return sides.unconcerned(running, RELEASES[DEFAULT], PYTHON)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("package", "same"),
    [
        ("django", ("core",)),
        ("postorius", ("core",)),
        ("pyuwsgi", ("core",)),
        ("asgiref", ("core",)),
        ("mailman", ("web",)),
        ("mailman-hyperkitty", ("web",)),
        ("aiosmtpd", ("web",)),
        ("zope-interface", ("web",)),
        ("sqlalchemy", ()),  # we name it ourselves, so it counts for both
        ("psycopg2-binary", ()),
        ("requests", ()),
    ],
)
def test_another_version_concerns_who_imports_it(
    beside: Release, package: str, same: tuple[str, ...]
) -> None:
    change(beside.lock_for(PYTHON), f"\n{package}==", f"\n{package}==9")

    assert left(beside) == same


@pytest.mark.parametrize(("patch", "same"), [("mailman", ("web",)), ("postorius", ("core",))])
def test_another_patch_concerns_who_imports_the_package(
    beside: Release, patch: str, same: tuple[str, ...]
) -> None:
    change(beside.directory / "patches" / f"{patch}.patch", "\n", "\n\n")

    assert left(beside) == same


def test_what_builds_concerns_both(beside: Release) -> None:
    change(beside.directory / "build.lock", "setuptools==", "setuptools==9")

    assert left(beside) == ()


def test_a_release_that_is_unknown_or_the_same_leaves_nothing_alone(beside: Release) -> None:
    """A change has to take place even if it changes no package."""
    assert left(beside) == ()
    assert sides.unconcerned({}, RELEASES[DEFAULT], PYTHON) == ()


def test_every_package_of_every_lock_belongs_to_a_side() -> None:
    for release in RELEASES.values():
        for python in release.pythons:
            entries = sides.packages(release.lock_for(python).read_text())
            closures = [sides._closure(entries, side) for side in ("core", "web")]
            assert set.union(*closures) == set(entries)
            assert {"mailman", "falcon", "alembic"} <= closures[0] - closures[1]
            assert {"django", "postorius", "hyperkitty"} <= closures[1] - closures[0]
