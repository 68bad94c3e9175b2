"""Which part of a suite a host has, where the suite is on several hosts.

`mailman_hosts` is the same for all of them and says who has which role; a host finds its own role
by `mailman_address`. Without `mailman_hosts` every host is a whole suite.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.settings.kinds import Words
from mailman_suite.settings.model import PerHost

Role = Literal["database", "core", "web", "mta"]
ROLES: tuple[Role, ...] = ("database", "core", "web", "mta")
ALL = "all"
EXAMPLE = {"database": ["10.0.0.10"], "core": ["10.0.0.11"], "web": ["10.0.0.12"]}


def _address(value: str) -> str:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        address = None
    if address is None or address.is_loopback or address.is_unspecified or address.version != 4:
        raise Refusal(
            found=f"the host {value!r} in mailman_hosts or mailman_address",
            expected="its IPv4 address in the network that the suite's hosts share",
            remedy="correct it; names are not accepted, because access is granted by address",
        )
    return str(address)


def _address_or_empty(value: str) -> str:
    return _address(value) if value else ""


class RoleSettings(PerHost, title="One suite on several hosts"):
    """Each host of such a suite has one role; see [split-roles.md](runbooks/split-roles.md).
    Without `mailman_hosts` every host is a whole suite.
    """

    hosts: Annotated[
        dict[Role, list[Annotated[str, AfterValidator(_address), Words("IPv4 address")]]],
        Words("dictionary from roles to lists of IPv4 addresses"),
        Field(examples=[{**EXAMPLE, "mta": ["10.0.0.13"]}]),
    ] = Field(default_factory=dict)
    """Addresses of the suite's hosts, by role, in a private network that they share; the same for
    all of them. One `"database"`, one `"core"`, one or more `"web"`, and one `"mta"` or none.
    """

    address: Annotated[
        str,
        AfterValidator(_address_or_empty),
        Words('IPv4 address, or `""`'),
        Field(examples=["10.0.0.11"]),
    ] = ""
    """This host's own address among them. Set it in the inventory, host by host."""

    @property
    def is_split(self) -> bool:
        """Whether the suite's roles are on several hosts."""
        return bool(self.hosts)

    @property
    def role(self) -> str:
        """This host's role; `all` where it is a whole suite."""
        return next((role for role, them in self.hosts.items() if self.address in them), ALL)

    def runs(self, *roles: Role) -> bool:
        """Whether one of these roles is on this host."""
        return self.role in (ALL, *roles)

    @property
    def runs_release(self) -> bool:
        """Whether code of a release runs here."""
        return self.runs("core", "web")

    @property
    def services(self) -> tuple[str, ...]:
        """The services of ours that run here."""
        core = (layout.CORE_UNIT,) if self.runs("core") else ()
        web = (layout.WEB_UNIT, layout.QCLUSTER_UNIT) if self.runs("web") else ()
        return (*core, *web)

    @property
    def role_secrets(self) -> tuple[str, ...]:
        """The secrets of this host besides the databases' passwords."""
        shared = ("rest_password", "archiver_key", "django_secret_key")
        made_once = ("superuser_password",) if self.runs("core") else ()
        return (*shared, *made_once) if self.runs_release else ()

    def addresses(self, role: Role) -> list[str]:
        """The hosts with this role; empty where the suite is not split."""
        return self.hosts.get(role, [])

    @property
    def way_out(self) -> str:
        """The host that sends the suite's mail into the world; "" where it is this one."""
        senders = self.addresses("mta") or self.addresses("core")
        return "" if self.address in senders or not senders else senders[0]
