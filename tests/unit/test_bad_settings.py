"""Every mistake in group data is refused with what was found, what was expected and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from mailman_suite.base.refusal import Refusals
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.releases.catalogue import DEFAULT
from tests.bad_rehearsal_settings import REHEARSALS
from tests.bad_role_settings import ROLES
from tests.bad_settings import GOOD, MISTAKES, SECRET, Mistake
from tests.plans.group_data import group_data
from tests.plans.suite_on_paper import SPLIT


@pytest.mark.parametrize(
    "mistake",
    [*MISTAKES.values(), *REHEARSALS.values(), *ROLES.values()],
    ids=[*MISTAKES, *REHEARSALS, *ROLES],
)
def test_a_mistake_is_named_once_with_a_remedy(mistake: Mistake):
    with pytest.raises(Refusals) as raised:
        declared_settings(mistake.declared)
    (reason,) = raised.value.reasons
    assert mistake.found in reason.found
    assert mistake.expected in reason.expected
    assert mistake.remedy in reason.remedy
    assert SECRET not in str(raised.value)
    for pydantics in ("valid ", "instance", "Input", "equal to"):
        assert pydantics not in reason.expected, "words of the library, not of the operator"


def test_all_mistakes_are_told_together():
    wrong = {"mailman_web_processes": 0, "mailman_usenet": "no", "mailman_x": 1}
    misspelt = {"maliman_database": "postgresql", "tls_key": "/k"}
    gates = {"mailman_acknowledged": {"3.3.10": ["none"], "none": []}}
    with pytest.raises(Refusals) as raised:
        declared_settings({**GOOD, **wrong, **misspelt, **gates})
    assert len(raised.value.reasons) == 7


def test_a_contradiction_is_told_beside_a_misspelt_name():
    data = {**GOOD, "mailman_tls_key": "/k", "MAILMAN_USENET": True}
    with pytest.raises(Refusals) as raised:
        declared_settings(data)
    assert len(raised.value.reasons) == 2


def test_the_least_that_has_to_be_declared_is_enough():
    assert declared_settings(GOOD).release == DEFAULT


def test_defaults_stand_in_the_settings_alone():
    assert not [key for key in group_data("all") if key.startswith("mailman_")]


@pytest.mark.parametrize(
    "more",
    [
        {"mailman_web_aliases": ["203.0.113.7", "localhost", "www.lists.unit.test"]},
        {"mailman_core_config": {"archiver.mhonarc": {"enable": True}, "mta": {"x": "a\nb"}}},
        {"mailman_web_settings": {"X": {"a": (1, 2.5, None, [True])}}},
        {"mailman_web_apps": ["allauth.socialaccount.providers.github"]},
        {"mailman_domains": ["Lists.Unit.Test."]},
        {"mailman_tls_certificate": "/etc/a+b/c-d_e.pem", "mailman_tls_key": "/k"},
        {"mailman_rehearses": "root@lists1", "mailman_rehearses_ssh": ["-p", "2222"]},
        {"mailman_rehearses": "ssh://root@lists1.unit.test:2222"},
        {"mailman_rehearsal_key": "env:REHEARSAL_KEY", "mailman_require_rehearsal": True},
        SPLIT,
        {**SPLIT, "mailman_address": "10.0.0.12"},
        {"ssh_user": "root", "_sudo": True, "datacentre": "north"},
        {"web_host": "lists.unit.test", "DOMAINS": ["lists.unit.test"]},
    ],
    ids=str,
)
def test_what_is_no_mistake_is_accepted(more: dict[str, Any]):
    declared_settings({**GOOD, **more})


def test_names_are_kept_in_one_spelling():
    data = {**GOOD, "mailman_domains": ["Lists.Unit.Test."]}
    lists = [{"address": "Staff@LISTS.unit.test"}]
    settings = declared_settings({**data, "mailman_lists": lists})
    assert settings.domains == ["lists.unit.test"]
    assert settings.lists[0].list_id == "staff.lists.unit.test"
