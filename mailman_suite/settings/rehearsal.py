"""Whose upgrade a host rehearses, and which hosts insist on a rehearsal."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from mailman_suite.base import names
from mailman_suite.base.refusal import Refusal
from mailman_suite.settings.kinds import Words
from mailman_suite.settings.model import PerHost
from mailman_suite.settings.secret_references import SecretReference

# `name`, `user@name` or `ssh://user@name:port`; never an option, whatever OpenSSH would make of it.
_DESTINATION = re.compile(r"(ssh://)?[A-Za-z0-9_][A-Za-z0-9_.@:+-]*")


def _destination(value: str) -> str:
    if not value or _DESTINATION.fullmatch(value):
        return value
    raise Refusal(
        found=f"mailman_rehearses = {value!r}",
        expected="a production host as an argument of `ssh`: lists1.your-domain.org, user@lists1",
        remedy="correct it; options of ssh belong in mailman_rehearses_ssh",
    )


def _word(value: str) -> str:
    if value:
        return names.one_line(value, "mailman_rehearses_ssh")
    raise Refusal(
        found="an empty word in mailman_rehearses_ssh",
        expected='OpenSSH options, one word each, such as ["-p", "2222"]',
        remedy="remove it",
    )


def _fetched(value: SecretReference | None) -> SecretReference | None:
    if value is None or not value.is_generated:
        return value
    raise Refusal(
        found="mailman_rehearsal_key is 'generate'",
        expected="a key that the control machine can fetch, to sign and to verify receipts with",
        remedy="set it to 'env:NAME', 'file:/path' or 'cmd:command', or to None",
    )


class RehearsalSettings(PerHost, title="Rehearsals"):
    """A staging host can rehearse a production host's next change on a copy of its data; see
    [rehearse-a-change.md](runbooks/rehearse-a-change.md).
    """

    rehearses: Annotated[
        str,
        AfterValidator(_destination),
        Words('OpenSSH destination, or `""`'),
        Field(examples=["root@lists.your-domain.org"]),
    ] = ""
    """On a staging host: the production host whose upgrade it rehearses, as OpenSSH on the computer
    that runs pyinfra reaches it.
    """

    rehearses_ssh: Annotated[
        list[Annotated[str, AfterValidator(_word)]], Field(examples=[["-p", "2222"]])
    ] = Field(default_factory=list)
    """On a staging host: further options of `ssh` for that connection, word by word."""

    rehearsal_pseudonyms: Annotated[bool, Field(examples=[True])] = False
    """On a staging host: True replaces names, addresses and texts in the copy of production's
    data.
    """

    require_rehearsal: Annotated[bool, Field(examples=[True])] = False
    """On a production host: True refuses a change of release unless exactly that change has been
    rehearsed successfully.
    """

    rehearsal_days: Annotated[int, Field(ge=1, le=365, examples=[30])] = 14
    """On a production host: number of days for which a rehearsal counts."""

    rehearsal_key: Annotated[
        SecretReference | None,
        AfterValidator(_fetched),
        Words('`"env:NAME"`, `"file:/path"`, `"cmd:command"`, or None'),
        Field(examples=["file:/home/anna/rehearsal.key"]),
    ] = None
    """On both: key that signs the receipts of rehearsals, so that nobody can forge one. None leaves
    receipts unsigned, with only a digest.
    """
