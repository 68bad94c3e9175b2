"""Postfix delivers Mailman's mail to Core by LMTP; all other mail is delivered as before."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import PurePath

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from mailman_suite.base import layout
from mailman_suite.facts.postfix import PostfixMain
from mailman_suite.host.apply.files import KEPT_COPIES
from mailman_suite.parts.mta.postfix import PARAMETERS, changes
from mailman_suite.suite.commands import core_command

# Berkeley DB begins a new map under another name; if a power cut leaves that file behind, it makes
# no map at all ("Retry limit exceeded", "File exists").
_BEGUN = "{directory}/__db.{name}.db"
# The power cut may have lost the text file as well, without which there is no map to make.
_NEW_ALIASES = (
    "for map in $(postconf -hx alias_database | tr , ' '); do case $map in *:/*) file=${map#*:};"
    """ test -e "$file" || echo 'postmaster: root' > "$file";"""
    f' rm -f "{_BEGUN.format(directory="${file%/*}", name="${file##*/}")}";; esac; done; newaliases'
)
_NO_MAP_OF_CORE_IS_BEGUN = "rm -f " + " ".join(
    _BEGUN.format(directory=layout.CORE_DATA, name=PurePath(file).name)
    for file in (layout.LMTP_MAP, layout.DOMAINS_MAP)
)


@operation()
def wired() -> Generator[StringCommand, None, None]:
    """Core's maps exist and are in Postfix's parameters, merged with the values there.

    Maps of the host's own users that cannot be read are rebuilt: their mail would be deferred.
    """
    current = host.get_fact(PostfixMain)
    wanted = changes(current) if current else dict.fromkeys(PARAMETERS, "")
    are_read = current.get("aliases", "yes") == "yes"
    if not wanted and are_read and current.get("maps") == "yes":
        host.noop("Postfix knows Mailman's maps")
        return
    if not are_read:
        yield StringCommand(_NEW_ALIASES)
    if current.get("maps") != "yes":
        # Before Postfix reads them: a map that is named and missing defers everybody's mail.
        yield StringCommand(f"{_NO_MAP_OF_CORE_IS_BEGUN} &&", core_command("aliases"))
    if wanted:
        yield checked(wanted)


def checked(wanted: Mapping[str, str], moment: str = "%Y%m%dT%H%M%S") -> StringCommand:
    """One command that edits a copy, lets Postfix check it, and only then puts it in place.

    The old file is kept with the time in `moment`; two edits of one run need different ones.
    """
    edits = [QuoteString(f"{name} = {value}") for name, value in wanted.items()]
    trial, main = f"{layout.STATE}/postfix-trial", layout.POSTFIX_MAIN
    copy = f"{layout.COPIES}/main.cf"
    return StringCommand(
        f"rm -rf {trial} && cp -a /etc/postfix {trial} && postconf -c {trial} -e",
        *edits,
        f"&& postfix -c {trial} check",
        f"&& cp -p {main} {copy}.$(date +{moment})",
        # As host/apply/files.py: the first stays, it may be what the operator wrote.
        f"&& ls {copy}.* | sed 1d | head -n -{KEPT_COPIES} | xargs -r rm --",
        f"&& cp -p {trial}/main.cf {main}.new && mv {main}.new {main} && rm -rf {trial}",
    )
