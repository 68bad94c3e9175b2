"""A plain `pytest` finds every test of every tier, so a name that moves is missed at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.unit.rules import ROOT


def collected(place: Path) -> subprocess.CompletedProcess[str]:
    """What pytest finds below a directory; runs nothing."""
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(words, cwd=place, capture_output=True, text=True)


def test_every_tier_is_collected_together():
    done = collected(ROOT)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    tiers = {line.split("/")[1] for line in done.stdout.splitlines() if "::" in line}
    assert tiers == {path.parent.name for path in ROOT.glob("tests/*/test_*.py")}


def test_a_module_that_cannot_be_imported_is_noticed(tmp_path: Path):
    (tmp_path / "test_one.py").write_text("from mailman_suite import no_such_module\n")
    assert collected(tmp_path).returncode != 0
