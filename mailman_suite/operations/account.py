"""The system account that the suite runs as."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from mailman_suite.facts.account import Account

_SHELL = "/bin/bash"  # upstream's guide: administrators work as this user


@operation()
def present(user: str, home: str) -> Generator[StringCommand, None, None]:
    """The system user exists, with a group of the same name and this home directory."""
    found = host.get_fact(Account, user=user)
    if not found:
        yield StringCommand(
            "getent group", QuoteString(user), ">/dev/null || groupadd --system", QuoteString(user)
        )
        yield StringCommand(
            "useradd --system --no-create-home --shell", _SHELL,
            "--gid", QuoteString(user), "--home-dir", QuoteString(home), QuoteString(user),
        )  # fmt: skip
    elif (found["home"], found["group"]) != (home, user):
        yield StringCommand(
            "usermod --gid", QuoteString(user), "--home", QuoteString(home), QuoteString(user)
        )
    else:
        host.noop(f"the user {user} is as declared")
