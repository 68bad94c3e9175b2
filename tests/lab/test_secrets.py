"""Secrets stay in files that only those read who need them; no run shows or rotates one."""

from __future__ import annotations

import pytest

from tests.lab.installed import FIRST_ARGUMENTS, FIRST_RUN
from tests.lab.suites import SECRETS, Suite


def test_secrets_are_files_of_their_own_for_those_who_need_them(suite: Suite) -> None:
    rows = suite.run(f"stat -c '%n %U %G %a' {SECRETS}/*").splitlines()

    found = {row.split()[0].removeprefix(f"{SECRETS}/"): row.split()[1:] for row in rows}

    assert found.pop("superuser_password") == ["root", "root", "600"]
    assert found
    assert set(map(tuple, found.values())) == {("root", "mailman", "640")}
    assert all(len(secret) >= 32 for secret in suite.secrets().values())


def test_no_other_account_can_read_a_secret(suite: Suite) -> None:
    secrets = "\n".join(suite.secrets().values())
    search = "grep -rlsF --devices=skip -f - /etc /opt /var /usr/local /run /tmp"

    found = suite.machine.run(f"runuser -u nobody -- {search}", stdin=secrets, check=False).stdout

    assert SECRETS in suite.machine.run(f"{search} {SECRETS}", stdin=secrets, check=False).stdout
    assert found == ""


@pytest.mark.parametrize("log", [FIRST_RUN, FIRST_ARGUMENTS])
def test_the_first_run_showed_no_secret(suite: Suite, log: str) -> None:
    text = suite.run(f"cat {log}")

    assert "secrets" in text, "the log tells of the operation that made them"
    assert [name for name, secret in suite.secrets().items() if secret in text] == []


@pytest.mark.parametrize("options", [("-y", "-vvv"), ("--dry", "--diff", "-vvv")], ids=" ".join)
def test_a_run_shows_no_secret_and_rotates_none(suite: Suite, options: tuple[str, ...]) -> None:
    before = suite.secrets()

    done = suite.converge(options=options)

    assert done.returncode == 0, done.stdout
    assert suite.secrets() == before
    assert [name for name, secret in before.items() if secret in done.stdout] == []
