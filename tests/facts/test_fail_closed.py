"""Facts fail closed: no answer, or half of one, is never taken for a good one."""

from __future__ import annotations

from importlib import import_module

import pytest
from pyinfra.api import FactBase, FactProcessError

from mailman_suite.base.host_program import ProgramFact
from mailman_suite.facts.postfix import PostfixParameters
from tests.unit.rules import ROOT, files_of


def all_facts(base: type[FactBase]) -> set[type[FactBase]]:
    """Every class below `base`, however deep."""
    below = base.__subclasses__()
    return set(below).union(*map(all_facts, below))


for path in files_of("mailman_suite/facts"):
    import_module(".".join(path.with_suffix("").parts))

FACTS = sorted(ProgramFact.__subclasses__(), key=lambda fact: fact.name)
ALL_FACTS = sorted(
    (fact for fact in all_facts(FactBase) if fact.__module__.startswith("mailman_suite.facts.")),
    key=lambda fact: fact.name,
)
every_fact = pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)


@every_fact
@pytest.mark.parametrize("output", [["Traceback"], ["[1]"], ['{"a": 1}', "Killed"], ["null"]])
def test_an_answer_that_is_no_object_fails_the_host(fact: type[ProgramFact], output: list[str]):
    with pytest.raises(FactProcessError, match=f"host program {fact.program_name}"):
        fact().process(output)


@every_fact
def test_the_answer_is_the_object_on_the_last_line(fact: type[ProgramFact]):
    assert fact().process(["a word of the login shell", '{"a": 1}']) == {"a": 1}


@pytest.mark.parametrize("fact", ALL_FACTS, ids=lambda fact: fact.name)
def test_no_output_means_what_the_fact_says_it_means(fact: type[FactBase]):
    """pyinfra does not call `process` when nothing was printed: it takes `default()` instead."""
    try:
        meaning = fact().process([])
    except FactProcessError:
        meaning = None  # unknown, and every caller has to see that it is
    assert fact.default() == meaning, f"give {fact.name} a default() that returns {meaning!r}"


@every_fact
def test_its_program_exists(fact: type[ProgramFact]):
    assert (ROOT / "mailman_suite/host" / f"{fact.program_name.replace('.', '/')}.py").exists()


@pytest.mark.parametrize(
    "output",
    [
        ["relayhost = ", "way out written = ", "asked: relayhost mynetworks"],
        ["relayhost = ", "mynetworks = 127.0.0.0/8", "asked: relayhost mynetworks"],
        ["relayhost = ", "mynetworks = 127.0.0.0/8", "way out written = "],
        ["asked: relayhost mynetworks"],
    ],
    ids=["a parameter", "our note", "the end", "everything"],
)
def test_parameters_of_which_something_is_missing_fail_the_host(output: list[str]):
    with pytest.raises(FactProcessError, match="did not answer for every parameter"):
        PostfixParameters().process(output)
