"""docs/settings.md is what the settings say, and what it shows is true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.parts.chosen import PARTS
from mailman_suite.settings import GROUPS, Settings, reference
from mailman_suite.settings.lists import ListSettings
from tests.bad_settings import GOOD
from tests.plans.suite_on_paper import SPLIT
from tests.unit.rules import ROOT

FIELDS = {name: field for group in GROUPS for name, field in group.model_fields.items()}
# What an example needs beside itself.
TOGETHER: dict[str, dict[str, Any]] = {
    "tls_certificate": {"mailman_tls_key": "/k"},
    "tls_key": {"mailman_tls_certificate": "/c"},
    "lists": {"mailman_domains": ["lists.your-domain.org"]},
    "hosts": SPLIT,
    "address": SPLIT,
}


def test_the_committed_page_is_the_data():
    committed = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert committed == reference.page(), "make settings-page"


def test_every_setting_is_in_a_group():
    assert set(FIELDS) == set(Settings.model_fields)


@pytest.mark.parametrize("name", [*FIELDS, *ListSettings.model_fields])
def test_every_setting_has_a_description(name: str):
    text = ({**FIELDS, **ListSettings.model_fields})[name].description
    assert text and text.strip().endswith((".", ")."))


@pytest.mark.parametrize("name", FIELDS)
def test_the_example_is_a_value_that_is_accepted_and_differs_from_the_default(name: str):
    line = "\n".join(reference.assignment(name, FIELDS[name]))
    data: dict[str, Any] = {}
    exec(line, data)
    value = data[f"mailman_{name}"]
    settings = declared_settings({**GOOD, **TOGETHER.get(name, {}), f"mailman_{name}": value})
    assert name in PARTS or repr(getattr(settings, name)) != repr(FIELDS[name].get_default())


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line.startswith("- type: "))


def test_types_are_in_plain_words():
    found = set(_lines(reference.page()))
    assert "- type: whole number from 1 to 65535" in found
    assert '- type: `"sqlite"` or `"postgresql"`' in found
    assert "- type: list; each entry is a mail address" not in found
    assert not [line for line in found if "typing" in line or "class" in line or "|" in line]


def test_a_long_value_is_broken_into_lines():
    lines = reference.broken("x = ", {"a": ["b" * 60, "c" * 40], "d": True}, "")
    assert lines[:2] == ["x = {", '    "a": [']
    assert lines[2] == f'        "{"b" * 60}",'
    assert lines[-2:] == ['    "d": True,', "}"]
