"""What runs on a host, and who is responsible for it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from mailman_suite.base.refusal import Refusal
from mailman_suite.releases.catalogue import DEFAULT, release_named
from mailman_suite.settings.kinds import Address, HostPathOrEmpty, Words
from mailman_suite.settings.model import PER_HOST, Frozen


def _somebody(value: object) -> object:
    """The value; an empty one is told apart from a mistyped one."""
    if value == "":
        raise Refusal(
            found="mailman_site_owner is empty",
            expected="the mail address of a person responsible for the site",
            remedy="set mailman_site_owner in group_data",
        )
    return value


def _known(value: str) -> str:
    return release_named(value).name


class SuiteSettings(Frozen, title="The suite"):
    """What runs on the host, and who is responsible for it."""

    site_owner: Annotated[
        Address,
        PER_HOST,
        BeforeValidator(_somebody),
        Field(examples=["postmaster@your-domain.org"]),
    ]
    """Mail address of the person responsible for the site. Mailman sends there what concerns no
    single list: messages about the site itself, and bounces that it cannot attribute to a member.
    """

    release: Annotated[
        str,
        AfterValidator(_known),
        Words("name of a release"),
        Field(examples=["3.3.10"]),
    ] = DEFAULT
    """The tested set of package versions to run; each has a directory with notes in `releases/`. If
    another release runs on the host, the next run changes it in a maintenance window.
    """

    python: Annotated[HostPathOrEmpty, Field(examples=["/opt/python3.12/bin/python3"])] = ""
    """Python interpreter to build the release with. Empty means the distribution's own."""
