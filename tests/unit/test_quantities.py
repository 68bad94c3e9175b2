"""Quantities read as people say them."""

from __future__ import annotations

import pytest

from mailman_suite.base.quantities import bytes_text, count_text, counted, moment_text, seconds_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.04, "0 s"),
        (0.38, "0.4 s"),
        (3.0, "3 s"),
        (9.96, "10 s"),
        (31.4, "31 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (3840.4, "1 h 4 min"),
    ],
)
def test_a_length_of_time(seconds: float, text: str):
    assert seconds_text(seconds).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (812, "812 bytes"),
        (1024, "1.0 KiB"),
        (593055, "579 KiB"),
        (18 * 1024**3, "18.0 GiB"),
        (5000 * 1024**4, "5000 TiB"),
    ],
)
def test_an_amount_of_data(size: float, text: str):
    assert bytes_text(size).replace("\N{NO-BREAK SPACE}", " ") == text


def test_a_count_and_a_moment():
    assert count_text(1234567) == "1,234,567"
    assert moment_text("2026-11-21T22:30:59+01:00") == "2026-11-21 21:30 UTC"


@pytest.mark.parametrize(("count", "text"), [(0, "0 lists"), (1, "1 list"), (2, "2 lists")])
def test_a_number_and_what_it_counts(count: int, text: str):
    assert counted(count, "list") == text
