"""A secret that a suite made by hand has in two places is taken over, or refused by the plan."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.adoption import secrets
from mailman_suite.base import layout
from mailman_suite.base.refusal import Refused
from mailman_suite.host.apply import adopted_secrets
from mailman_suite.suite.places import PACKAGES, VIRTUALENV
from tests.bad_settings import GOOD
from tests.plans.harness import NotOnPaper, plan_of
from tests.unit import surveyed
from tests.unit.kept_states import DEBIAN_12, look

DEPLOY = Path(__file__).parents[2] / "deploys" / "mailman.py"
CORE, WEB = "core-Zx81", "web-Zx81"
SHIPPED_KEY = "SecretArchiverAPIKey"
# The value in Core's or the archiver's file, that in Django's, and the one that both sides get.
TAKEN = {
    "alike": (CORE, CORE, CORE),
    "the archiver's is not set": (SHIPPED_KEY, WEB, WEB),
    "the archiver's is missing": (None, WEB, WEB),
    "Core's is the default": ("restpass", WEB, WEB),
    "Django's is not set": (CORE, SHIPPED_KEY, CORE),
    "Django's is the default": (CORE, "restpass", CORE),
}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Where a suite of no secrets in two places has them; a `runuser` that changes no user."""
    runuser = tmp_path / "bin" / "runuser"
    runuser.parent.mkdir()
    runuser.write_text('#!/bin/sh\nshift 3\nexec "$@"\n')
    runuser.chmod(0o755)
    monkeypatch.setenv("PATH", f"{runuser.parent}:/usr/bin:/bin")
    names = ("core_config", "archiver_config", "web_settings", "directory")
    found = {name: str(tmp_path / name) for name in names}
    return {**found, "python": sys.executable, "user": "mailman", "given": []}


def written(asked: dict[str, Any], name: str, one: str | None, other: str) -> None:
    """A suite that has these values of a secret, and one value of each other."""
    values = {"rest_password": (CORE, CORE), "archiver_key": (WEB, WEB), name: (one, other)}
    (rest, web_rest), (key, web_key) = values["rest_password"], values["archiver_key"]
    admin = f"admin_pass: {rest}\n" if rest else ""
    Path(asked["core_config"]).write_text(f"[webservice]\nport: 8001\n{admin}")
    if key:
        Path(asked["archiver_config"]).write_text(f"[general]\napi_key: {key}\n")
    Path(asked["web_settings"]).write_text(
        f"DATABASES = {{'default': {{}}}}\nSECRET_KEY = 'x'\n"
        f"MAILMAN_REST_API_PASS = {web_rest!r}\nMAILMAN_ARCHIVER_KEY = {web_key!r}\n"
    )


def taken(asked: dict[str, Any], name: str) -> str:
    return (Path(asked["directory"]) / name).read_text().strip()


@pytest.mark.parametrize("name", ["rest_password", "archiver_key"])
@pytest.mark.parametrize(("one", "other", "both"), TAKEN.values(), ids=TAKEN)
def test_a_placeholder_on_one_side_does_not_count(
    name: str, one: str | None, other: str, both: str, asked: dict[str, Any]
):
    written(asked, name, one, other)
    assert adopted_secrets.look(asked)["differ"] == []
    adopted_secrets.apply(asked)
    assert taken(asked, name) == both
    assert adopted_secrets.look(asked) == {"missing": [], "differ": []}


@pytest.mark.parametrize(
    ("name", "checked"), [("rest_password", "restpass"), ("archiver_key", SHIPPED_KEY)]
)
def test_of_two_placeholders_the_one_that_is_checked_stays(
    name: str, checked: str, asked: dict[str, Any]
):
    written(asked, name, "restpass", SHIPPED_KEY)
    adopted_secrets.apply(asked)
    assert taken(asked, name) == checked


@pytest.mark.parametrize("name", ["rest_password", "archiver_key"])
def test_two_values_are_told_before_anything_is_written(name: str, asked: dict[str, Any]):
    written(asked, name, "one-Zx81", "other-Zx81")
    found = adopted_secrets.look(asked)
    assert found["differ"] == [name]
    assert "Zx81" not in str(found)
    assert not Path(asked["directory"]).exists()
    with pytest.raises(SystemExit, match=f"two values of the {name}"):
        adopted_secrets.apply(asked)


@pytest.mark.parametrize("name", ["rest_password", "archiver_key"])
def test_what_group_data_gives_is_not_taken_over(name: str, asked: dict[str, Any]):
    written(asked, name, "one-Zx81", "other-Zx81")
    given = {**asked, "given": [name]}
    assert name not in adopted_secrets.look(given)["missing"]
    adopted_secrets.apply(given)
    assert not (Path(asked["directory"]) / name).exists()
    assert adopted_secrets.look(given) == {"missing": [], "differ": []}


@pytest.mark.parametrize("name", ["rest_password", "archiver_key"])
@pytest.mark.parametrize("places", [VIRTUALENV, PACKAGES], ids=lambda one: one.made)
def test_a_refusal_names_both_files_and_the_line(name: str, places: Any):
    (reason,) = secrets.refusals({"missing": [name], "differ": [name]}, places)
    mailmans = layout.CORE_CONFIG if name == "rest_password" else layout.ARCHIVER_CONFIG
    assert mailmans in reason.found and places.own_settings in reason.found
    line = 'MAILMAN_REST_API_PASS = "' if name == "rest_password" else "api_key: "
    assert line in reason.remedy
    assert f"mailman_{name} in group data" in reason.remedy


INSTALLATION: dict[str, Any] = {
    **dict.fromkeys(("units", "drop_ins", "sites", "maps", "foreign"), ()),
    "unsuited": {},
}


def test_the_plan_refuses_two_values():
    facts: dict[str, Any] = {
        "HostInspection": {**look(DEBIAN_12), "suite": {"kind": "guide", "release": ""}},
        "Survey": surveyed.survey("3.3.9"),
        "Installation": INSTALLATION,
        "SecretsTakenOver": {"missing": ["archiver_key"], "differ": ["archiver_key"]},
    }
    with pytest.raises(Refused, match="two different values of the archiver_key") as raised:
        plan_of(DEPLOY, GOOD, facts)
    assert len(raised.value.reasons) == 1
    alike = {**facts, "SecretsTakenOver": {"missing": ["archiver_key"], "differ": []}}
    with pytest.raises(NotOnPaper, match="was asked"):
        plan_of(DEPLOY, GOOD, alike)
