"""What no stock operation knows: the suite's own commands are asked, as an administrator would."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from pyinfra import host
from pyinfra.api import deploy
from pyinfra.operations import server

_PEOPLE = (
    "from django.contrib.auth import get_user_model as users; "
    "from django.contrib.sites.models import Site; "
    "assert Site.objects.get(id=1).domain == {site!r}; "
    "assert users().objects.get(username={superuser!r}).is_superuser"
)


@deploy("Check")
def postfix(state: Mapping[str, Any]) -> None:
    """Postfix' parameters, for which pyinfra has no operation, are asked one by one."""
    for parameter, value in host.loop(list(state["postfix"].items())):
        server.shell(
            name=f"Postfix: {parameter}",
            commands=[f'test "$(postconf -h {parameter})" = {shlex.quote(value)}'],
        )


@deploy("Check")
def application(state: Mapping[str, Any]) -> None:
    """Schema, site, superuser and lists are there; nothing is changed, though pyinfra says so."""
    server.shell(name="Schema", commands=["mailman-web migrate --check"])
    people = _PEOPLE.format(site=state["site"], superuser=state["superuser"])
    server.shell(
        name="Site and superuser", commands=[f"mailman-web shell -c {shlex.quote(people)}"]
    )
    for address in host.loop(state["lists"]):
        server.shell(
            name=f"List {address}", commands=[f"mailman lists | grep -qF {shlex.quote(address)}"]
        )
