"""Tests that share machines are one worker's, or each worker makes all machines anew."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

TESTS = """
    import pytest

    @pytest.mark.xdist_group("one machine")
    @pytest.mark.parametrize("number", range(8))
    def test_it(number):
        pass
"""


def test_a_group_stays_on_one_worker(tmp_path: Path):
    """pytest 9.2 with pytest-xdist 3.8 forgets groups without a word."""
    (tmp_path / "test_group.py").write_text(TESTS.replace("\n    ", "\n"))
    words = ["-m", "pytest", "-v", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, *words, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True
    )
    workers = re.findall(r"^\[(gw\d)\] .* PASSED ", done.stdout, re.MULTILINE)
    assert (len(workers), len({*workers})) == (8, 1), done.stdout
