"""What a suite made by hand sets is ours, declared, ignored on purpose, or named with its line."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any

import pytest

from mailman_suite.adoption import takeover
from mailman_suite.adoption.undeclared import lines, undeclared
from mailman_suite.base import layout
from mailman_suite.facts.adoption import question
from mailman_suite.gates.model import REBUILD_INDEX
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.suite import files as suite_files
from mailman_suite.suite.places import VIRTUALENV
from mailman_suite.windows import upgrade
from tests.bad_hosts import TLS
from tests.bad_settings import GOOD
from tests.unit.kept_states import standing

NOTHING: dict[str, Any] = {"units": [], "drop_ins": [], "sites": [], "unsuited": {}}
HOST = str(GOOD["mailman_web_host"])
OWNER = str(GOOD["mailman_site_owner"])
POSTGRESQL = {
    "ENGINE": "django.db.backends.postgresql_psycopg2",
    "NAME": "mailmanweb",
    "USER": "mailmanweb",
    "PASSWORD": "(masked)",
}


def survey(
    core: dict[str, dict[str, str]] | None = None, web: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A host as upstream's guide makes it, with these differences."""
    return {
        "versions": {"mailman": "3.3.8"},
        "var_dir": layout.VAR,
        "core_database": "sqlite",
        "crontabs": [],
        "core_config": {
            "paths.here": {"var_dir": layout.VAR},
            "mailman": {"layout": "here", "site_owner": OWNER},
            "database": {"url": f"sqlite:///{layout.CORE_DATABASE}"},
            "webservice": {"admin_user": "restadmin", "admin_pass": "(masked)"},
            "mta": {"incoming": "mailman.mta.postfix.LMTP", "smtp_host": "localhost"},
            **(core or {}),
        },
        "web_settings": {
            "ALLOWED_HOSTS": ["localhost", "127.0.0.1", HOST],
            "DATABASES": {"default": {"NAME": layout.WEB_DATABASE}},
            "INSTALLED_APPS": ["hyperkitty", "django.contrib.humanize"],
            "SECRET_KEY": "(masked)",
            "SITE_ID": 1,
            **(web or {}),
        },
        **more,
    }


def reasons(
    seen: dict[str, Any], *, sites: list[dict[str, Any]] | None = None, **declared: Any
) -> list[Any]:
    settings = declared_settings({**GOOD, **declared})
    return list(takeover.refusals(seen, {**NOTHING, "sites": sites or []}, settings))


def test_a_host_that_says_nothing_of_its_own_is_taken():
    assert reasons(survey()) == []


@pytest.mark.parametrize(
    ("core", "web", "line"),
    [
        ({"shell": {"banner": "Hi"}}, {}, 'mailman_core_config = {"shell": {"banner": "Hi"}}'),
        ({}, {"TIME_ZONE": "Europe/Berlin"}, 'mailman_web_settings = {"TIME_ZONE":'),
        ({}, {"INSTALLED_APPS": ["x.login"]}, 'mailman_web_apps = ["x.login"]'),
        ({}, {"ALLOWED_HOSTS": ["www.x.test"]}, 'mailman_web_aliases = ["www.x.test"]'),
        ({}, {"EMAIL_HOST": "relay.x.test"}, 'mailman_web_settings = {"EMAIL_HOST":'),
        ({"mta": {"smtp_pass": "(masked)"}}, {}, 'ignores = ["[mta] smtp_pass"]'),
        ({}, {"ADAPTER": {"unreadable": "type"}}, 'mailman_adoption_ignores = ["ADAPTER"]'),
    ],
    ids=str,
)
def test_what_group_data_lacks_is_named_with_the_line_that_keeps_it(
    core: dict[str, Any], web: dict[str, Any], line: str
):
    (reason,) = reasons(survey(core, web))
    assert line in reason.remedy


def test_what_is_declared_or_ignored_on_purpose_is_no_reason():
    seen = survey({"shell": {"banner": "Hi", "prompt": ">"}}, {"TIME_ZONE": "UTC"})
    declared = {
        "mailman_core_config": {"shell": {"banner": "Welcome"}},
        "mailman_web_settings": {"TIME_ZONE": "Europe/Berlin"},
        "mailman_adoption_ignores": ["[shell] prompt"],
    }
    assert reasons(seen, **declared) == []


def test_lines_keep_what_group_data_says_already():
    settings = declared_settings({**GOOD, "mailman_core_config": {"mta": {"max_recipients": 9}}})
    missing = undeclared(survey({"mta": {"verp_delivery_interval": "1"}}), settings)
    (line,) = lines(missing, settings)
    assert '"max_recipients": 9' in line
    assert '"verp_delivery_interval": "1"' in line


def test_core_data_elsewhere_is_refused():
    (reason,) = reasons(survey(var_dir="/srv/mailman"))
    assert (reason.found, reason.expected) == ("Core keeps its data in /srv/mailman", layout.VAR)


def test_another_site_owner_is_refused():
    (reason,) = reasons(survey({"mailman": {"site_owner": "boss@x.test"}}))
    assert 'mailman_site_owner = "boss@x.test"' in reason.remedy


# What a host may have, and what our settings refuse, or hold in another way.
HOSTS_OWN: dict[str, dict[str, Any]] = {
    "an owner": survey({"mailman": {"site_owner": "boss@x.test"}}),
    "an owner in capitals": survey({"mailman": {"site_owner": "Boss@X.test"}}),
    "the packages' owner": survey({"mailman": {"site_owner": "changeme@example.com"}}),
    "an owner without a domain": survey({"mailman": {"site_owner": "root"}}),
    "an empty owner": survey({"mailman": {"site_owner": ""}}),
    "a section of its own": survey({"mta": {"max_recipients": "9"}, "my stuff": {"a": "b"}}),
    "a mark of ours": survey({"shell": {"banner": "@@rest_password@@"}}),
    "a password in a URL": survey({"x": {"server": "amqp://me:(masked)@x.test"}}),
    "a setting with a password": survey(web={"CELERY": ["redis://:(masked)@x.test"]}),
    "a setting that is no name of Django's": survey(web={"_MINE": 1, "TIME_ZONE": "Asia/Tokyo"}),
    "a number that is none": survey(web={"RATE": float("inf")}),
    "a domain with all that is below": survey(web={"ALLOWED_HOSTS": [".unit.test", "WWW.x.test"]}),
    "a placeholder": survey(web={"ALLOWED_HOSTS": ["lists.example.com", "[2001:db8::7]"]}),
    "an application by another name": survey(web={"INSTALLED_APPS": ["my-app", "x.login"]}),
    "another engine": {**survey(), "core_database": "mysql"},
    "a server in capitals": {
        **survey({"database": {"url": "postgresql://lists:(masked)@DB.unit.test/mailman"}}),
        "core_database": "postgresql",
    },
    "a server that is a placeholder": {
        **survey({"database": {"url": "postgresql://lists:(masked)@db.example.com:5433/a"}}),
        "core_database": "postgresql",
    },
    "a database in capitals": {
        **survey(web={"DATABASES": {"default": {**POSTGRESQL, "NAME": "Web Pages"}}}),
        "core_database": "sqlite",
    },
}
_LINE = re.compile(r"(?:^ *|set )(mailman_\w+) = (.+?)(?:; or, .*)?$", re.MULTILINE)


@pytest.mark.parametrize("seen", HOSTS_OWN.values(), ids=HOSTS_OWN)
def test_a_line_that_a_remedy_names_is_accepted_and_ends_the_refusal(seen: dict[str, Any]):
    before = reasons(seen)
    said = dict(one for reason in before for one in _LINE.findall(reason.remedy))
    declared = {name: ast.literal_eval(value) for name, value in said.items()}
    if any(name.startswith("mailman_database") for name in declared):
        declared |= {f"mailman_database_{one}_password": "env:X" for one in ("core", "web")}
    left = [reason.found for reason in reasons(seen, **declared)]
    assert before, "nothing to try"
    assert left == [one.found for one in before if not _LINE.search(one.remedy)]
    assert "(masked)" not in str(said)


@pytest.mark.parametrize("owner", ["changeme@example.com", "root"])
def test_an_owner_that_the_settings_refuse_is_corrected_on_the_host(owner: str):
    (reason,) = reasons(survey({"mailman": {"site_owner": owner}}))
    assert "set mailman_site_owner" not in reason.remedy
    assert f"{layout.CORE_CONFIG}, write the line site_owner: {OWNER}" in reason.remedy
    assert reasons(survey({"mailman": {"site_owner": OWNER}})) == []


def test_pages_over_https_need_the_certificate():
    served = {"path": "/etc/nginx/sites-enabled/mailman", "https": True}
    (reason,) = reasons(survey(), sites=[served])
    assert "mailman_tls_certificate" in reason.expected
    assert reasons(survey(), sites=[served], **TLS) == []


def test_databases_of_the_host_have_to_be_declared():
    url = "postgresql://lists:(masked)@localhost/mailman"
    seen = survey({"database": {"url": url}}, {"DATABASES": {"default": POSTGRESQL}})
    seen["core_database"] = "postgresql"
    said = [reason.remedy for reason in reasons(seen)]
    assert said == [
        'set mailman_database = "postgresql"',
        'set mailman_database_core_user = "lists"',
    ]
    declared = {"mailman_database": "postgresql", "mailman_database_core_user": "lists"}
    assert reasons(seen, **declared) == []


def test_a_directory_that_is_a_link_is_refused_with_what_to_do():
    seen = {**NOTHING, "unsuited": {layout.VAR: "leads to /mnt/lists"}}
    (refused,) = takeover.refusals(survey(), seen, declared_settings(GOOD))
    assert refused.found == f"{layout.VAR} leads to /mnt/lists"
    assert "mount --bind" in refused.remedy


def test_every_directory_that_a_window_makes_or_keeps_is_asked_for():
    asked = question(replace(standing(), by_hand=True, places=VIRTUALENV))["directories"]
    made = suite_files.directories(declared_settings(GOOD)).directories
    assert {one.path for one in made} <= set(asked)
    assert {f"{layout.VAR}/{name}" for name in ("queue", "messages", "archives")} <= set(asked)


def test_a_web_database_elsewhere_is_moved():
    seen = survey(web={"DATABASES": {"default": {"NAME": "/opt/mailman/mm/web.db"}}})
    taken = takeover.adoption(seen, NOTHING, declared_settings(GOOD))
    assert taken.moved == {"web": "/opt/mailman/mm/web.db"}


def test_units_and_sites_of_its_own_are_put_aside():
    seen = {
        "units": ["mailman3.service", "qcluster.service"],
        "drop_ins": ["/etc/systemd/system/mailman3.service.d/ours.conf"],
        "sites": [{"path": "/etc/nginx/sites-enabled/mailman", "https": False}],
    }
    taken = takeover.adoption(survey(), seen, declared_settings(GOOD))
    assert taken.units == ("qcluster.service",)
    assert taken.sites == ("/etc/nginx/sites-enabled/mailman",)
    order = upgrade.order(replace(standing(), by_hand=True, adoption=taken), "an-id", {})
    assert order["by_hand"]["drop_ins"] == seen["drop_ins"]
    assert f"{layout.UNITS}/qcluster.service.d" in order["paths"], "kept, to be put back"


@pytest.mark.parametrize(("changes", "is_put_aside"), [((), False), ((REBUILD_INDEX,), True)])
def test_an_index_that_no_release_can_read_makes_room(changes: tuple[str, ...], is_put_aside: bool):
    taken = takeover.adoption(survey(), NOTHING, declared_settings(GOOD))
    suite = replace(standing(), by_hand=True, adoption=taken, changes=changes)
    order = upgrade.order(suite, "an-id", {})
    assert (layout.FULLTEXT_INDEX in order["by_hand"]["aside"]) is is_put_aside
    assert order["index"] == (layout.INDEX_WANTED if is_put_aside else "")
    assert any(layout.INDEX_UNIT in line for line in order["afterwards"]) is is_put_aside


def test_a_virtual_environment_without_mailman_is_the_gates_business():
    assert reasons(survey({"shell": {"banner": "Hi"}}, versions={})) == []
