"""What a window is told to write is what it was told to keep before."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from tests.unit.kept_states import OLD
from tests.unit.split_suites import split_suite
from tests.windows.product import window


@pytest.mark.parametrize("role", ["all", "core", "web"])
def test_every_file_that_a_window_writes_is_among_those_that_it_keeps(
    role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARED_SECRET", "shared-by-all-hosts-of-the-suite")
    order = window.order(split_suite(role, runs=OLD), "an-id", {})
    written = [*order["files"]["files"], *order["files"]["links"]]
    kept = [
        path for path in written if any(fnmatchcase(path, pattern) for pattern in order["paths"])
    ]
    assert kept == written
