"""The suite's own commands as remote commands, always run as the `mailman` user."""

from __future__ import annotations

from pyinfra.api import QuoteString, StringCommand

from mailman_suite.base import layout

_AS_MAILMAN = (
    f"cd {layout.HOME} && umask 027 && runuser -u {layout.USER} -- env HOME={layout.HOME}/mm"
    f" MAILMAN_CONFIG_FILE={layout.CORE_CONFIG} MAILMAN_WEB_CONFIG={layout.WEB_SETTINGS}"
)


def core_command(*words: str) -> StringCommand:
    """`mailman WORDS...` with the host's configuration."""
    return StringCommand(_AS_MAILMAN, f"{layout.BIN}/mailman", *map(QuoteString, words))


def web_command(*words: str) -> StringCommand:
    """`mailman-web WORDS...` with the host's settings."""
    return StringCommand(_AS_MAILMAN, f"{layout.BIN}/mailman-web", *map(QuoteString, words))
