"""What group data say of rehearsals: whose upgrade a host rehearses, and who insists on one."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from mailman_suite.base import names
from mailman_suite.base.refusal import Refusal
from mailman_suite.list_settings import Frozen
from mailman_suite.secrets import SecretReference

# `name`, `user@name` or `ssh://user@name:port`; never an option, whatever OpenSSH would make of it.
_DESTINATION = re.compile(r"(ssh://)?[A-Za-z0-9_][A-Za-z0-9_.@:+-]*")


class RehearsalSettings(Frozen):
    """A staging host's part is whom it rehearses, a production host's what it asks of it."""

    rehearses: str = ""
    rehearses_ssh: list[str] = Field(default_factory=list)
    rehearsal_pseudonyms: bool = False
    require_rehearsal: bool = False
    rehearsal_days: int = Field(default=14, ge=1, le=365)
    rehearsal_key: SecretReference | None = None

    @field_validator("rehearses")
    @classmethod
    def _is_an_ssh_destination(cls, value: str) -> str:
        if not value or _DESTINATION.fullmatch(value):
            return value
        raise Refusal(
            found=f"mailman_rehearses = {value!r}",
            expected="a production host as `ssh` is told it: lists1.your-domain.org, user@lists1",
            remedy="correct it; options of ssh belong into mailman_rehearses_ssh",
        )

    @field_validator("rehearses_ssh")
    @classmethod
    def _are_words_for_ssh(cls, value: list[str]) -> list[str]:
        if "" in value:
            raise Refusal(
                found="an empty word in mailman_rehearses_ssh",
                expected='the words of OpenSSH\'s options, such as ["-p", "2222"]',
                remedy="remove it",
            )
        return [names.one_line(word, "mailman_rehearses_ssh") for word in value]

    @field_validator("rehearsal_key")
    @classmethod
    def _is_known_to_the_control_machine(
        cls, value: SecretReference | None
    ) -> SecretReference | None:
        if value is None or not value.is_generated:
            return value
        raise Refusal(
            found="mailman_rehearsal_key is 'generate'",
            expected="a key that the control machine can fetch, to sign and to check receipts with",
            remedy="set it to 'env:NAME', 'file:/path' or 'cmd:command', or to None",
        )
