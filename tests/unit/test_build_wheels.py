"""What of a lock uv installs, and what pip builds before."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailman_suite.host.build.installer import divided
from mailman_suite.releases.catalogue import RELEASES, Release

LOCK = "# made by\na==1 \\\n    --hash=sha256:1\nB_c==2 \\\n    --hash=sha256:2\n    # via a\n"


def test_a_lock_is_divided_into_entries_and_none_is_lost(tmp_path: Path):
    (tmp_path / "packages.lock").write_text(LOCK)
    parts = divided(tmp_path / "packages.lock", ["a"], tmp_path)
    assert parts.pip.read_text() == "a==1 \\\n    --hash=sha256:1\n"
    assert parts.uv.read_text() == "B_c==2 \\\n    --hash=sha256:2\n    # via a\n"


@pytest.mark.parametrize("release", RELEASES.values(), ids=list(RELEASES))
def test_what_pip_builds_of_a_release_is_in_each_of_its_locks(tmp_path: Path, release: Release):
    for python in release.pythons:
        parts = divided(release.lock_for(python), release.built_by_pip, tmp_path)
        assert parts.pip.read_text().count("==") == len(release.built_by_pip)
        assert parts.uv.read_text().count("==") > len(release.packages)
