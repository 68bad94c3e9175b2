"""A search index that was asked for is filled list by list, whatever interrupts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailman_suite.host.apply import search_index
from mailman_suite.host.window import index

NAMES = ["a@x.test", "b@x.test", "c@x.test"]


class Stopped(BaseException):
    """As a power failure would."""


@pytest.fixture
def wanted(tmp_path: Path) -> Path:
    path = tmp_path / "index-wanted"
    index.ask({"index": str(path)})
    return path


def test_every_list_is_done_and_nothing_asks_any_more(wanted: Path, capsys):
    done: list[str] = []
    search_index.fill(wanted, NAMES, done.append)
    assert (done, wanted.exists()) == (NAMES, False)
    assert "list 2 of 3: b@x.test" in capsys.readouterr().out


def test_an_interrupted_one_goes_on_with_the_list_that_it_was_at(wanted: Path, capsys):
    def stop_at_b(name: str) -> None:
        if name == "b@x.test":
            raise Stopped

    with pytest.raises(Stopped):
        search_index.fill(wanted, NAMES, stop_at_b)
    assert wanted.read_text() == "a@x.test\n"
    done: list[str] = []
    search_index.fill(wanted, NAMES, done.append)
    assert done == ["b@x.test", "c@x.test"]
    assert "list 3 of 3: c@x.test" in capsys.readouterr().out


def test_a_list_whose_note_was_cut_off_is_done_again(wanted: Path):
    wanted.write_text("a@x.test\nb@x")
    done: list[str] = []
    search_index.fill(wanted, NAMES, done.append)
    assert done == ["b@x.test", "c@x.test"]


def test_an_index_that_was_begun_is_asked_for_anew(wanted: Path):
    wanted.write_text("a@x.test\n")
    index.ask({"index": str(wanted)})
    assert wanted.read_text() == ""


def test_a_window_without_that_gate_asks_for_none(tmp_path: Path):
    index.ask({"index": ""})
    assert list(tmp_path.iterdir()) == []
