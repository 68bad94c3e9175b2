"""Stamps of the sides follow the link: a service restarts once too often, and never too seldom."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mailman_suite.host.apply import release_link
from mailman_suite.host.base import files
from mailman_suite.host.inspect import stamps
from mailman_suite.host.wire.sides import ReleaseLink

OLD = {"core": "core of old", "web": "web of old"}


@pytest.fixture
def order(tmp_path: Path) -> ReleaseLink:
    """The link leads to the old release, and the stamps say so."""
    told: ReleaseLink = {
        "link": str(tmp_path / "venv"),
        "target": str(tmp_path / "old"),
        "sides": {"directory": str(tmp_path / "sides"), "stamps": {**OLD}},
    }
    release_link.point(told)
    for stamp in (tmp_path / "sides").iterdir():
        os.utime(stamp, (1, 1))
    return told


def changed(order: ReleaseLink, **stamps: str) -> ReleaseLink:
    """The order for another release with these stamps."""
    sides = {**order["sides"], "stamps": {**OLD, **stamps}}
    return {**order, "target": order["target"] + "er", "sides": sides}


def written(order: ReleaseLink) -> set[str]:
    """The stamps that were written since; a service restarts for its side's."""
    stamps = Path(order["sides"]["directory"]).iterdir()
    return {stamp.name for stamp in stamps if stamp.stat().st_mtime > 1} - {"release"}


def test_a_stamp_is_written_when_its_side_changes(order: ReleaseLink) -> None:
    release_link.point(changed(order, web="web of new"))

    assert os.readlink(order["link"]).endswith("older")
    assert written(order) == {"web"}


def test_where_nothing_changes_nothing_is_written(order: ReleaseLink) -> None:
    release_link.point(order)

    assert written(order) == set()


def test_who_is_killed_after_the_link_writes_the_stamps_the_next_time(
    order: ReleaseLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = changed(order, web="web of new")
    with monkeypatch.context() as patched:
        patched.setattr(files, "write_durably", killed)
        with pytest.raises(KeyboardInterrupt):
            release_link.point(new)
    assert os.readlink(order["link"]) == new["target"]

    release_link.point(new)

    assert "web" in written(order)


def killed(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_link_that_somebody_changed_by_hand_makes_all_stamps_new(order: ReleaseLink) -> None:
    """A service may have been started with whatever it led to."""
    os.unlink(order["link"])
    os.symlink("/elsewhere", order["link"])

    release_link.point(order)

    assert written(order) == {"core", "web"}


def test_the_stamps_tell_what_runs_until_somebody_changes_the_link(order: ReleaseLink) -> None:
    link, place = order["link"], order["sides"]["directory"]
    release_link.point(changed(order, web="digest-of-the-web digest-of-settings"))

    assert stamps.digests(link, place) == {"core": "core", "web": "digest-of-the-web"}

    os.unlink(link)
    os.symlink("/elsewhere", link)
    assert stamps.digests(link, place) == {}
