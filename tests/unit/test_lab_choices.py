"""The combinations of the lab's tests are the fewest that show what they must."""

from __future__ import annotations

from itertools import product

from tests.lab.choices import covering, latin
from tests.lab.installed import COMBINATIONS, EVERY_DAY


def test_the_fewest_rows_that_show_every_pair_are_taken():
    rows = [*product("ab", "xy", "12")]
    chosen = covering(rows, lambda row: row[:2], lambda row: row[1:], lambda row: row[::2])
    assert len(chosen) == 4
    for pair in ((0, 1), (1, 2), (0, 2)):
        assert len({tuple(row[place] for place in pair) for row in chosen}) == 4


def test_rows_that_show_nothing_new_are_left_out():
    assert covering(["ab", "ac", "bc"], lambda row: row[0]) == ("ab", "bc")
    assert covering(["ab", "ac"], lambda row: row) == ("ab", "ac")


def test_chains_strike_every_step_in_every_way_and_each_step_once():
    chains = latin("abcde", (1, 2, 3))
    assert [[step for step, _ in chain] for chain in chains] == [[*"abcde"]] * 3
    assert sorted(one for chain in chains for one in chain) == [*product("abcde", (1, 2, 3))]
    assert all(len({way for _, way in chain}) == 3 for chain in chains)


def test_every_day_shows_each_system_and_each_database_with_each_of_its_releases():
    def systems(rows):
        return {(one.suite, one.release) for one in rows}

    def databases(rows):
        return {(one.database, one.release) for one in rows}

    assert (systems(EVERY_DAY), databases(EVERY_DAY)) == (
        systems(COMBINATIONS),
        databases(COMBINATIONS),
    )
    assert len(EVERY_DAY) == 3
