"""Mail for Core that the operator holds back stays held back, whatever happens meanwhile."""

from __future__ import annotations

import pytest

from tests.lab import older, returns
from tests.lab.window_strikes import settled

pytestmark = pytest.mark.full

OWN = "lmtp uucp"


def test_what_the_operator_holds_back_outlives_a_backup_and_a_window() -> None:
    with older.clone("sqlite", "-own-hold") as suite:
        suite.run(f"postconf -e 'defer_transports = {OWN}' && postfix reload 2>&1")

        made = returns.run(suite, "backup", {})
        assert made.returncode == 0, made.stdout
        assert suite.run("postconf -h defer_transports").strip() == OWN

        done = suite.converge(returns.NEWER)
        assert settled(suite)["outcome"] == "finished", done.stdout
        assert suite.run("postconf -h defer_transports").strip() == OWN
        message = suite.post(suite.add_reader())
        assert not suite.has_mail(message)
        assert "(deferred transport)" in suite.run("postqueue -p"), "it waits in Postfix"

        suite.run("postconf -X defer_transports && postfix reload 2>&1 && postqueue -f")
        suite.delivers()
