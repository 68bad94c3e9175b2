"""What pyinfra would do again for every host, and does not for ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# pyinfra itself, which says each time that it checks the required packages.
COUNTING = """
from pyinfra.api import config
from pyinfra_cli.main import main
check = config.config_checkers["REQUIRE_PACKAGES"]
def told(packages):
    if packages:
        print("checked", packages)
    check(packages)
config.config_checkers["REQUIRE_PACKAGES"] = told
main()
"""


def test_required_packages_are_checked_once_for_any_number_of_hosts(tmp_path: Path):
    (tmp_path / "deploy.py").write_text("")
    words = ["--dry", "@fake/a,@fake/b,@fake/c", str(tmp_path / "deploy.py")]
    run = subprocess.run(
        [sys.executable, "-c", COUNTING, *words],
        cwd=ROOT,
        env={**os.environ, "MAILMAN_RECORDS": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("checked requirements.txt") == 1
