"""How the work on a lock's wheels is divided."""

from __future__ import annotations

from mailman_suite.host.build import wheels


def test_a_lock_is_divided_into_entries_and_none_is_lost():
    lock = "# made by\na==1 \\\n    --hash=sha256:1\nB_c==2 \\\n    --hash=sha256:2\n    # via a\n"
    assert wheels.entries(lock) == [
        "a==1 \\\n    --hash=sha256:1\n",
        "B_c==2 \\\n    --hash=sha256:2\n    # via a\n",
    ]
