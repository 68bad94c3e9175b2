"""Every answer of every choice keeps the same table: whoever adds one adds its row here.

A row says by which unit and process people find the answer on a host; all else follows from the
answer itself, and is asked of each in the same way.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from mailman_suite.base import layout
from mailman_suite.facts.adoption import question
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.parts.answers import answers
from mailman_suite.parts.chosen import PARTS
from mailman_suite.preflight.ports import taken
from mailman_suite.suite import files as suite_files
from mailman_suite.suite.suite import Suite
from mailman_suite.suite.units import declared_units
from mailman_suite.windows import upgrade
from tests.plans.paper_hosts import paper_hosts
from tests.plans.suite_on_paper import TLS, data, look
from tests.unit.test_suite_files import DEBIAN_12, suite


class Row(NamedTuple):
    """What an administrator would see of an answer that runs."""

    unit: str
    process: str


ROWS = {
    ("proxy", "nginx"): Row("nginx.service", "nginx"),
    ("wsgi", "uwsgi"): Row(layout.WEB_UNIT, "uwsgi"),
    ("mta", "postfix"): Row("postfix.service", "postfix"),
}
PROXIES = [name for choice, name in ROWS if choice == "proxy"]
WSGI_SERVERS = [name for choice, name in ROWS if choice == "wsgi"]
MTAS = [name for choice, name in ROWS if choice == "mta"]


def with_part(choice: str, name: str, **more: Any) -> Suite:
    """A whole suite that has chosen this answer."""
    return suite({f"mailman_{choice}": name, **more})


def order(of: Suite) -> dict[str, Any]:
    """What a window of this suite is told."""
    return upgrade.order(of, "20261128T120000-test", {"units": {}})


def test_every_answer_has_its_row():
    assert {(choice, name) for choice in PARTS for name in answers(choice)} == set(ROWS)


@pytest.mark.parametrize(("choice", "name"), ROWS)
def test_its_unit_runs_with_what_it_reads(choice: str, name: str):
    units = {one.name: one for one in declared_units(with_part(choice, name))}
    assert units[ROWS[choice, name].unit].inputs


@pytest.mark.parametrize(("choice", "name"), [row for row in ROWS if row[0] != "wsgi"])
def test_its_packages_are_installed_on_every_platform(choice: str, name: str):
    packages = answers(choice)[name].packages
    for host in paper_hosts(supported=True):
        chosen = suite_of(declared_settings({**data(host), f"mailman_{choice}": name}), look(host))
        assert set(packages[chosen.platform.package_tool]) <= set(chosen.packages)


@pytest.mark.parametrize("name", PROXIES)
def test_a_proxy_gets_its_site_and_checks_it_before_it_counts(name: str):
    chosen = with_part("proxy", name, **TLS)
    declared = suite_files.proxy(chosen)
    (site,) = declared.files
    assert site.path == chosen.proxy.site
    assert f":{layout.WEB_PORT}" in site.content
    assert layout.CLOSED in site.content, "a window closes the pages by this file"
    assert layout.STATIC in site.content
    assert declared.checks == (chosen.proxy.check,)


@pytest.mark.parametrize("name", PROXIES)
def test_a_window_keeps_and_reloads_the_proxy(name: str):
    chosen = with_part("proxy", name)
    assert chosen.proxy.site in order(chosen)["paths"]
    assert order(chosen)["proxy"] == ROWS["proxy", name].unit


@pytest.mark.parametrize("name", PROXIES)
def test_a_site_that_somebody_made_by_hand_is_looked_for(name: str):
    asked = question(with_part("proxy", name))["proxy"]
    assert asked["sites"] and asked["passes"] and asked["https"]
    assert asked["upstreams"] == [f":{layout.WEB_PORT}"]


@pytest.mark.parametrize("name", PROXIES)
def test_the_pages_ports_are_the_proxys_and_nobody_elses(name: str):
    settings = with_part("proxy", name).settings
    process = ROWS["proxy", name].process
    assert list(taken(settings, listening(layout.HTTP_PORT, process))) == []
    assert list(taken(settings, listening(layout.HTTP_PORT, "another")))


@pytest.mark.parametrize("name", WSGI_SERVERS)
def test_a_wsgi_server_has_its_configuration_and_its_command_in_the_webs_unit(name: str):
    chosen = with_part("wsgi", name)
    paths = {one.path: one.content for one in suite_files.installed(chosen).files}
    assert chosen.wsgi.configuration in paths
    assert f"ExecStart={chosen.wsgi.start}" in paths[f"{layout.UNITS}/{layout.WEB_UNIT}"]
    assert ROWS["wsgi", name].process in chosen.wsgi.start


@pytest.mark.parametrize("name", MTAS)
def test_an_mta_is_told_by_a_window_what_to_hold_back(name: str):
    chosen = with_part("mta", name)
    told = order(chosen)
    assert (told["mta"], told["transport"]) == (name, chosen.mta.transport)
    assert chosen.mta.configuration in told["paths"]


def listening(port: int, command: str) -> dict[str, Any]:
    """An inspected bare host on which a process of this name has the port."""
    listener = {"command": command, "unit": f"{command}.service", "pid": 1}
    return {**look(DEBIAN_12), "listeners": {str(port): listener}}
