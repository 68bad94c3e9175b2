"""Plain data written as Python: read again, it is the same."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from mailman_suite.base.plain_values import literal


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        7,
        -2.5,
        "",
        'a "b"\n\\\x00\x7fü',
        (),
        (1,),
        ("a", 2),
        [],
        [[None]],
        {},
        {1: {"a": ()}},
    ],
    ids=repr,
)
def test_what_is_written_reads_the_same(value: Any):
    assert ast.literal_eval(literal(value)) == value


def test_it_stands_in_double_quotes():
    assert literal({"a": ["b", True]}) == '{"a": ["b", True]}'
