"""Facts that host programs answer fail closed: no answer is never taken for a good one."""

from __future__ import annotations

from importlib import import_module

import pytest
from pyinfra.api import FactProcessError

from mailman_suite.host_program import ProgramFact
from tests.unit.rules import ROOT, files_of

for path in files_of("mailman_suite/facts"):
    import_module(".".join(path.with_suffix("").parts))

FACTS = sorted(ProgramFact.__subclasses__(), key=lambda fact: fact.name)
every_fact = pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)


@every_fact
@pytest.mark.parametrize("output", [["Traceback"], ["[1]"], ['{"a": 1}', "Killed"], ["null"]])
def test_an_answer_that_is_no_object_fails_the_host(fact: type[ProgramFact], output: list[str]):
    with pytest.raises(FactProcessError, match=f"host/{fact.program_name}.py"):
        fact().process(output)


@every_fact
def test_the_answer_is_the_object_on_the_last_line(fact: type[ProgramFact]):
    assert fact().process(["a word of the login shell", '{"a": 1}']) == {"a": 1}


@every_fact
def test_its_program_exists(fact: type[ProgramFact]):
    assert (ROOT / "mailman_suite/host" / f"{fact.program_name}.py").exists()
