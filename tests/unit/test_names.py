"""Names, addresses and paths: what is accepted, in which spelling, up to which limit.

What is refused, and with which words, is in tests/bad_settings.py.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailman_suite.base import names
from mailman_suite.base.refusal import Refusal

LONGEST_LABEL = "a" * 63
LONGEST_NAME = "a." * 124 + "a" * 5  # 253 letters


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("lists.unit.test", "lists.unit.test"),
        ("Lists.UNIT.test.", "lists.unit.test"),
        (f"{LONGEST_LABEL}.test", f"{LONGEST_LABEL}.test"),
        (LONGEST_NAME, LONGEST_NAME),
        ("3com.unit.test", "3com.unit.test"),
        ("xn--lstn-0qa.unit.test", "xn--lstn-0qa.unit.test"),
        ("example.com.unit.test", "example.com.unit.test"),
        ("notexample.com", "notexample.com"),
    ],
)
def test_a_host_name_is_kept_in_one_spelling(value: str, kept: str):
    assert names.host_name(value, "x") == kept


@pytest.mark.parametrize("value", ["example.org", "lists.Example.COM", "a.b.example.net."])
def test_a_placeholder_is_refused_at_any_depth(value: str):
    with pytest.raises(Refusal, match="a placeholder"):
        names.host_name(value, "x")


@pytest.mark.parametrize("value", ["localhost", "203.0.113.7", "db", "db.unit.test"])
def test_what_can_be_reached_may_lack_a_dot(value: str):
    assert names.reachable_name(value, "x") == value


@pytest.mark.parametrize(
    "value", ["", "::1", "db_1", "203.0.113.777", "a b", "a\nb", "example.com"]
)
def test_what_cannot_be_reached_is_refused(value: str):
    with pytest.raises(Refusal):
        names.reachable_name(value, "x")


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Post.Master+x@Unit.Test", "Post.Master+x@unit.test"),
        (f"{'a' * 64}@unit.test", f"{'a' * 64}@unit.test"),
        ("o'brien@unit.test", "o'brien@unit.test"),
    ],
)
def test_an_address_keeps_the_case_of_its_local_part(value: str, kept: str):
    assert names.address(value, "x") == kept


@pytest.mark.parametrize("local", ["a" * 65, ".a", "a.", "a..b", "", "a b", '"a"', "a@b", "ü"])
def test_a_local_part_that_is_no_dot_string_is_refused(local: str):
    with pytest.raises(Refusal):
        names.address(f"{local}@unit.test", "x")


@pytest.mark.parametrize("name", ["staff", "test-list_2.x", "owner", "request", "my-owners"])
def test_a_list_is_named_as_core_allows(name: str):
    assert names.list_address(f"{name.title()}@unit.test") == f"{name}@unit.test"


@pytest.mark.parametrize("ending", ["bounces", "confirm", "join", "leave", "owner", "request"])
def test_a_list_is_not_named_like_an_address_of_another(ending: str):
    with pytest.raises(Refusal):
        names.list_address(f"staff-{ending}@unit.test")


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (names.identifier, ["admin", "a.b@c+d-e_f"], ["", "a b", "-a", "a" * 151, "a\n"]),
        (names.host_path, ["/a", "/etc/a+b@c~=-.pem"], ["a", "/", "/a b", "/a/", "//a", "/a\n"]),
        (names.module_path, ["a", "a.b_c.D2"], ["", "a.", ".a", "a-b", "2a", "a b", "a\n", "ä"]),
        (names.one_line, ["", "Größe & 'quotes'"], ["a\nb", "a\tb", "a\x00b", "a\u2028b"]),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)  # fmt: skip
def test_a_text_that_stands_in_a_file_needs_no_quotes(
    check: Callable[[str, str], str], good: list[str], bad: list[str]
):
    assert [check(value, "x") for value in good] == good
    for value in bad:
        with pytest.raises(Refusal):
            check(value, "x")


def test_a_database_name_needs_no_quotes():
    assert names.database_name("mailman_3") == "mailman_3"
    for value in ("", "3mailman", "a" * 64, "a-b", "a;b", "A"):
        with pytest.raises(Refusal):
            names.database_name(value)


@pytest.mark.parametrize("key", ["rest_password", "archiver_key", "mta.smtp_pass", "database.url"])
def test_a_setting_with_a_secret_is_known_by_its_name(key: str):
    assert names.is_secret(f"mailman_{key}")
    assert not names.is_secret("mailman_web_host")
