"""A Postfix whose installation was interrupted is none, so that a run gets as far as its repair."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from pyinfra.api import FactBase, FactProcessError

from mailman_suite.facts.postfix import PostfixMain, PostfixParameters
from mailman_suite.facts.verify import LocalDomains
from mailman_suite.parts.mta.postfix import PARAMETERS

# Answers for every parameter, but not without main.cf or a library, as the real one.
POSTCONF = """test -e main.cf && test ! -e broken || exit 1
for one; do case "$one" in -*) ;; *) echo "$one = $one";; esac; done"""
FACTS: dict[type[FactBase], tuple[Any, ...]] = {
    PostfixMain: (),
    PostfixParameters: (["relayhost"],),
    LocalDomains: (),
}


def answer(fact: type[FactBase], place: Path, status: str) -> Any:
    """What the fact says on a host with this directory, whose dpkg has postfix in that state."""
    programs = {"postconf": POSTCONF, "postmap": "true", "postalias": "true"}
    if status:
        programs["dpkg-query"] = f"echo '{status}'"
    for name, text in programs.items():
        (place / name).write_text(f"#!/bin/sh\n{text}\n")
        (place / name).chmod(0o755)
    command = str(fact().command(*FACTS[fact]).get_raw_value())
    environment = {"PATH": f"{place}:/usr/bin:/bin"}
    done = subprocess.run(["sh", "-c", command], cwd=place, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    return fact().process(lines) if lines else fact.default()


every_fact = pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)


@every_fact
@pytest.mark.parametrize("status", ["iU ", "iHR", "iF ", "rc "])
def test_programs_without_main_cf_are_no_postfix(fact: type[FactBase], status: str, tmp_path: Path):
    assert answer(fact, tmp_path, status) == fact.default()


@every_fact
def test_programs_that_are_being_upgraded_are_no_postfix(fact: type[FactBase], tmp_path: Path):
    (tmp_path / "main.cf").touch()
    (tmp_path / "broken").touch()
    assert answer(fact, tmp_path, "iU ") == fact.default()


@every_fact
@pytest.mark.parametrize("status", ["ii ", "hi "])
def test_an_installed_postfix_answers(fact: type[FactBase], status: str, tmp_path: Path):
    (tmp_path / "main.cf").touch()
    assert answer(fact, tmp_path, status) != fact.default()


def test_a_main_cf_that_is_gone_is_no_answer(tmp_path: Path):
    with pytest.raises(FactProcessError, match="did not answer for every parameter"):
        answer(PostfixMain, tmp_path, "ii ")


def test_every_parameter_of_an_installed_postfix_is_read(tmp_path: Path):
    (tmp_path / "main.cf").touch()
    assert answer(PostfixMain, tmp_path, "ii ").keys() >= set(PARAMETERS)
