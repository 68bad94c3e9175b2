"""What nobody goes back to any more is old; everything else stays."""

from __future__ import annotations

from typing import Any

from mailman_suite.releases.retention import old

MIB = 1024**2


def window(name: str, release: str, *, ended: bool = True) -> dict[str, Any]:
    return {"id": name, "ended": ended, "release": release, "bytes": 2 * MIB}


def look(*windows: dict[str, Any], last: str = "", releases: str = "abcdef") -> dict[str, Any]:
    """A host that runs release `e`."""
    kept = {"windows": list(windows), "releases": list(releases)}
    return {"suite": {"release": "e"}, "window": {"id": last} if last else {}, "kept": kept}


FOUR = [window("1", "a"), window("2", "b"), window("3", "c"), window("4", "d")]


def test_the_newest_windows_stay_with_their_releases():
    found = old(look(*FOUR, last="4"), 2, "f")
    assert (found.windows, found.releases) == (("1", "2"), ("a", "b"))
    assert found.stays == "kept snapshots: 2, 4 MiB"


def test_the_last_window_and_those_that_have_not_ended_stay_whatever_their_age():
    windows = [window("1", "a", ended=False), *FOUR[1:]]
    found = old(look(*windows, last="2"), 1, "f")
    assert (found.windows, found.releases) == (("3",), ("c",))


def test_without_windows_only_what_runs_and_what_is_declared_stay():
    found = old(look(last="gone"), 3, "f")
    assert (found.windows, found.releases) == ((), ("a", "b", "c", "d"))
    assert found


def test_on_a_new_host_nothing_is_old():
    found = old(look(releases="e"), 3, "e")
    assert not found
    assert found.stays == ""
