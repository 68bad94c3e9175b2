"""What keeps a host from its role: ports of that role, and a suite that stands there already."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from mailman_suite.base.refusal import Refusal, Refusals, Refused
from mailman_suite.inspection.standing import standing
from mailman_suite.inspection.suites import suite_of
from mailman_suite.preflight.ports import taken
from mailman_suite.preflight.roles import require_one_host
from tests.bad_hosts import TLS
from tests.bad_settings import GOOD
from tests.plans.suite_on_paper import SPLIT, look
from tests.unit.kept_states import DEBIAN_12, OLD
from tests.unit.split_suites import every_role, split_settings

PORTS = ("25", "80", "443", "5432", "8000", "8001", "8024")
OURS = {
    "25": ("master", "postfix@-.service"),
    "80": ("nginx", "nginx.service"),
    "5432": ("postgres", "postgresql@15-main.service"),
    "8000": ("uwsgi", "mailmanweb.service"),
    "8001": ("python3", "mailman3.service"),
    "8024": ("python3", "mailman3.service"),
}
BETWEEN = ("nginx", "nginx.service")
every_split_role = pytest.mark.parametrize("role", every_role[1:])


@pytest.fixture(autouse=True)
def shared_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED_SECRET", "secret-of-all-hosts")


def seen(listeners: dict[str, tuple[str, str]], **more: Any) -> dict[str, Any]:
    """A host with a release on which these listen: port -> command and unit."""
    found = {
        port: {"command": one, "unit": unit, "pid": "1"} for port, (one, unit) in listeners.items()
    }
    return {**look(DEBIAN_12, OLD), "listeners": found, **more}


def checked(role: str, listener: tuple[str, str], **more: Any) -> list[str]:
    """The ports on which this listener is refused."""
    settings = split_settings(role, **more)
    return [port for port in PORTS if list(taken(settings, seen({port: listener})))]


@pytest.mark.parametrize(
    ("role", "ports"),
    [
        ("database", ["5432"]),
        ("core", ["25", "8000", "8001", "8024"]),
        ("web", ["80", "8000", "8001", "8024"]),
        ("mta", ["25"]),
        ("all", ["25", "80", "8000", "8001", "8024"]),
    ],
)
def test_a_role_needs_its_own_ports_and_no_others(role: str, ports: list[str]) -> None:
    assert checked(role, ("node", "tool.service")) == ports


def test_only_a_web_needs_the_port_for_tls() -> None:
    needing = [role for role in every_role if "443" in checked(role, ("node", ""), **TLS)]
    assert needing == ["all", "web"]


@every_split_role
def test_the_suites_own_services_and_its_proxy_may_listen(role: str) -> None:
    assert list(taken(split_settings(role), seen(OURS))) == []
    between = {**OURS, "8000": BETWEEN, "8001": BETWEEN}
    assert list(taken(split_settings(role), seen(between))) == []


def test_on_one_host_the_proxy_has_no_business_on_the_services_ports() -> None:
    assert checked("all", BETWEEN) == ["25", "8000", "8001", "8024"]


def reasons(role: str, host: dict[str, Any], **more: Any) -> list[Refusal]:
    with pytest.raises((Refusal, Refusals)) as raised:
        suite_of(split_settings(role, **more), host)
    return list(raised.value.reasons)


@pytest.mark.parametrize("role", ["database", "mta"])
def test_a_host_without_a_release_is_refused_with_a_suite_on_it(role: str) -> None:
    (reason,) = reasons(role, look(DEBIAN_12, OLD))
    assert reason.found == f"a release of a suite on a host with the role {role}"
    assert "spreads none over several" in reason.remedy


@every_split_role
@pytest.mark.parametrize(
    ("kind", "found"),
    [("guide", "a suite made by hand"), ("packages", "own Mailman 3 packages")],
)
def test_no_host_of_several_takes_over_what_stands_there(kind: str, found: str, role: str) -> None:
    host = {**look(DEBIAN_12), "suite": {"kind": kind, "release": "", "database": "postgresql"}}
    matching = [one for one in reasons(role, host) if one.expected.startswith("a host without")]
    assert f"with the role {role}" in matching[-1].found
    assert found in matching[-1].found


@pytest.mark.parametrize("role", ["core", "web"])
def test_a_host_with_a_release_goes_on_with_its_own(role: str) -> None:
    host = look(DEBIAN_12, OLD)
    host["suite"]["database"] = "postgresql"
    assert suite_of(split_settings(role), host).running == OLD


@every_split_role
def test_a_bare_host_takes_any_role(role: str) -> None:
    assert suite_of(split_settings(role), look(DEBIAN_12)).settings.role == role


@every_split_role
def test_a_host_needs_root_whatever_its_role(role: str) -> None:
    (reason,) = reasons(role, {**look(DEBIAN_12), "root": False})
    assert "do not run as root" in reason.found


@pytest.mark.parametrize("role", ["database", "mta"])
def test_a_host_without_a_release_needs_no_room_for_one(role: str) -> None:
    small = {**look(DEBIAN_12), "free_bytes": 0, "memory_bytes": 0}
    assert suite_of(split_settings(role), small).settings.role == role
    assert len(reasons("web", small)) == 2


@every_split_role
def test_an_interpreter_that_is_not_there_is_a_refusal_on_every_host(role: str) -> None:
    path = "/opt/python/bin/python3"
    host = look(DEBIAN_12)
    host["interpreters"][path] = None
    (reason,) = reasons(role, host, mailman_python=path)
    assert reason.found == f"no working interpreter at {path}"


def test_core_and_web_do_not_share_one_role_of_the_suites_database() -> None:
    one = {"mailman_database_core_user": "mailman", "mailman_database_web_user": "mailman"}
    (reason,) = reasons("database", look(DEBIAN_12), **one)
    assert reason.found == "Core and web both use the role 'mailman'"


@every_split_role
def test_what_is_done_to_one_host_alone_is_refused_on_several(role: str) -> None:
    with pytest.raises(Refusal, match="the only kind that this version backs up") as raised:
        require_one_host(split_settings(role))
    assert f"this one has the role {role}" in raised.value.found


def test_what_is_done_to_one_host_alone_is_done_to_a_whole_suite() -> None:
    require_one_host(split_settings("all"))


class Asked:
    """A host of pyinfra's with group data, which must not be asked for anything."""

    name = "core"

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    @property
    def data(self) -> Asked:
        return self

    def dict(self) -> dict[str, Any]:
        return self._data

    def get_fact(self, *_: Any, **__: Any) -> NoReturn:
        raise AssertionError("the host was asked before it was refused")


def test_a_backup_of_a_host_of_several_is_refused_before_it_is_asked_for_anything() -> None:
    asked: Any = Asked({**GOOD, **SPLIT})
    with pytest.raises(Refused, match="a suite on several hosts") as raised:
        standing(asked)
    assert "docs/runbooks/split-roles.md" in str(raised.value)
