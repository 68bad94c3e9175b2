"""What of a suite of packages is renamed to our places, carried over, or refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailman_suite.adoption import takeover
from mailman_suite.base import layout
from mailman_suite.facts.adoption import question
from mailman_suite.gates import asking
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.parts.proxy import nginx
from mailman_suite.preflight import packages
from mailman_suite.releases.platforms import platform_of
from mailman_suite.suite.places import PACKAGES, VIRTUALENV, of
from mailman_suite.suite.rendering import rendered
from mailman_suite.windows import upgrade
from tests.bad_settings import GOOD
from tests.plans.paper_hosts import PaperHost, paper_hosts
from tests.unit import surveyed
from tests.unit.kept_states import standing

VAR, WEB = PACKAGES.var, PACKAGES.web
INSTALLATION: dict[str, Any] = {
    "units": [],
    "sites": [{"path": "/etc/nginx/sites-enabled/mailman3", "https": False}],
    "maps": [f"hash:{VAR}/data/postfix_domains", f"hash:{VAR}/data/postfix_lmtp"],
    "foreign": [],
    "drop_ins": [],
    "unsuited": {},
}


def survey(web: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A host as the packages make it, with these differences."""
    return {
        "versions": {"mailman": "3.3.8"},
        "var_dir": VAR,
        "core_database": "sqlite",
        "crontabs": [],
        "core_config": {
            "paths.packaged": {"var_dir": VAR, "log_dir": "/var/log/mailman3"},
            "logging.packaged": {"path": "mailman.log"},
            "mailman": {"site_owner": GOOD["mailman_site_owner"], "default_language": "en"},
            "database": {"url": "sqlite:///$DATA_DIR/mailman.db", "debug": "no"},
            "mta": {"smtp_user": "", "smtp_pass": ""},
        },
        "web_settings": {
            "ALLOWED_HOSTS": ["*"],
            "DATABASES": {"default": {"NAME": f"{WEB}/mailman3web.db"}},
            "EMAILNAME": "lists.unit.test",
            "SOCIALACCOUNT_PROVIDERS": {},
            "TIME_ZONE": "UTC",
            **(web or {}),
        },
        **more,
    }


def reasons(seen: dict[str, Any], **installed: Any) -> list[Any]:
    settings = declared_settings(GOOD)
    return list(takeover.refusals(seen, {**INSTALLATION, **installed}, settings, PACKAGES))


def taken(seen: dict[str, Any]) -> takeover.Adoption:
    return takeover.adoption(seen, INSTALLATION, declared_settings(GOOD), PACKAGES)


def order(seen: dict[str, Any]) -> dict[str, Any]:
    suite = replace(standing(), by_hand=True, adoption=taken(seen), places=PACKAGES)
    return upgrade.order(suite, "an-id", {})


def test_only_packages_have_other_places():
    assert of("packages") is PACKAGES
    assert [of(kind) for kind in ("ours", "guide", "none")] == [VIRTUALENV] * 3


def test_a_host_that_says_what_the_packages_say_is_taken():
    assert reasons(survey()) == []


@pytest.mark.parametrize(
    ("seen", "installed", "found"),
    [
        (survey(var_dir="/srv/lists"), {}, "Core keeps its data in /srv/lists"),
        (survey(), {"foreign": [f"{VAR}/data"]}, f"{VAR}/data is on another file system"),
        (survey(), {"maps": [f"regexp:{VAR}/data/postfix_lmtp"]}, "names regexp:"),
        (survey(), {"maps": [f"hash:{VAR}/data/virtual"]}, "names hash:"),
        (
            survey({"HYPERKITTY_ATTACHMENT_FOLDER": "/srv/attachments"}),
            {},
            "HYPERKITTY_ATTACHMENT_FOLDER is /srv/attachments",
        ),
    ],
    ids=["other var", "other file system", "regexp maps", "own map", "attachments elsewhere"],
)
def test_what_cannot_be_renamed_is_refused(
    seen: dict[str, Any], installed: dict[str, Any], found: str
):
    assert any(found in reason.found for reason in reasons(seen, **installed))


def test_an_sqlite_file_of_another_name_is_refused():
    config = {**survey()["core_config"], "database": {"url": "sqlite:////srv/core.db"}}
    (reason,) = reasons(survey(core_config=config))
    assert (reason.found, reason.expected) == (
        "Core's SQLite file is /srv/core.db",
        f"{VAR}/data/mailman.db",
    )


def test_attachments_are_renamed_and_their_setting_names_our_place():
    seen = survey({"HYPERKITTY_ATTACHMENT_FOLDER": f"{WEB}/attachments"})
    assert order(seen)["renames"]["files"] == {
        layout.WEB_DATABASE: f"{WEB}/mailman3web.db",
        f"{layout.WEB}/attachments": f"{WEB}/attachments",
    }
    (reason,) = reasons(seen)
    assert f'"HYPERKITTY_ATTACHMENT_FOLDER": "{layout.WEB}/attachments"' in reason.remedy


def test_a_window_knows_the_data_before_it_and_after_it():
    told = order(survey())
    assert told["var"] == VAR
    assert told["renames"]["to"] == told["invariants"]["var"] == layout.VAR
    before = told["databases_before"]
    assert before["core"]["path"] == f"{VAR}/data/mailman.db"
    assert before["web"]["path"] == f"{WEB}/mailman3web.db"
    assert told["invariants_before"] == {"databases": before, "var": VAR}
    assert told["databases"]["core"]["path"] == layout.CORE_DATABASE
    assert told["by_hand"]["moved"] == {}, "nothing is copied"


def test_a_window_puts_the_packages_web_aside_and_can_undo_it():
    told = order(survey())
    assert told["renames"]["masked"] == [f"{layout.UNITS}/{layout.PACKAGED_WEB_UNIT}"]
    assert layout.PACKAGED_WEB_UNIT in told["units"]["web"]
    assert {layout.VENV, layout.STATIC} <= set(told["paths"])
    assert "/etc/rc?.d/*mailman3-web" in told["paths"]
    assert told["health_before"]["core_questions"]["venv"] == PACKAGES.prefix


def test_postfix_finds_the_same_maps_in_our_place():
    maps = order(survey())["renames"]["maps"]
    assert maps == {
        f"hash:{VAR}/data/postfix_lmtp": "${default_database_type}:" + layout.LMTP_MAP,
        f"hash:{VAR}/data/postfix_domains": "${default_database_type}:" + layout.DOMAINS_MAP,
    }


def test_databases_on_a_server_stay_there():
    seen = survey(core_database="postgresql")
    told = order(seen)
    assert layout.WEB_DATABASE not in told["renames"]["files"]
    assert told["databases_before"] == told["databases"]


def test_a_suite_of_ours_renames_nothing():
    told = upgrade.order(standing(), "an-id", {})
    assert (told["renames"], told["health_before"]) == (None, {})
    assert told["databases_before"] == told["databases"]


def test_the_packages_own_project_needs_no_acknowledgement():
    seen = surveyed.survey("3.3.8")
    del seen["versions"]["mailman-web"]
    for packaged, verdict in ((True, "fine"), (False, "acknowledge")):
        found = asking.findings(
            {**seen, "packaged": packaged}, surveyed.settings(), surveyed.RELEASE
        )
        (own,) = [one for one in found if one.gate.name == "own_project"]
        assert own.verdict == verdict


def test_old_addresses_are_redirected_where_packages_were():
    site = rendered(nginx.ANSWER.site, standing(mailman_moves_packages=True))
    assert "/mailman3(/(postorius|hyperkitty|" in site
    assert "/mailman3(/" not in rendered(nginx.ANSWER.site, standing())


@pytest.mark.parametrize("host", paper_hosts(supported=True), ids=lambda host: host.name)
def test_only_packages_of_apt_can_be_moved(host: PaperHost):
    settings = declared_settings({**GOOD, "mailman_moves_packages": True})
    platform = platform_of(host.os_release)
    seen = {"suite": {"kind": "packages", "database": ""}, "listeners": {}}
    found = [reason.remedy for reason in packages.refusals(settings, platform, seen)]
    assert len(found) == (platform.package_tool != "apt")
    assert not any("mailman_moves_packages" in remedy for remedy in found)


def test_the_proxy_is_asked_for_the_packages_socket():
    assert (
        "/run/mailman3-web/uwsgi.sock"
        in question(replace(standing(), places=PACKAGES))["proxy"]["upstreams"]
    )
    assert question(standing())["proxy"]["upstreams"] == [f":{layout.WEB_PORT}"]
