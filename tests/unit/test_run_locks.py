"""Several hosts of one run are noted at a time, in greenlets of one process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# A process of its own, since pyinfra's command patches Python's own modules.
_THREE_AT_A_TIME = """
from gevent import monkey
monkey.patch_all()
import gevent
from mailman_suite.runs import record as run_record
hosts = [run_record.record(name, "old", "new") for name in ("a", "b", "c")]
gevent.joinall([gevent.spawn(run_record.note_begun, one) for one in hosts], raise_error=True)
run_record.note_ended([{**one, "outcome": "done"} for one in hosts])
"""


def test_no_host_of_a_run_keeps_the_others_waiting(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _THREE_AT_A_TIME],
        env={"MAILMAN_RECORDS": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "history.jsonl").read_text().splitlines()) == 3
