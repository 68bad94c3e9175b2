"""What tests say about plans; each failure names the operations or hosts that are to blame."""

from __future__ import annotations

import difflib
import importlib.util
import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.plans.plan import Plan


def assert_converged(plan: Plan) -> None:
    """A host that is already right gets nothing: no operation sends a command."""
    changes = [f"  {op.name}: {op.actions[0]}" for op in plan.changes]
    assert not changes, f"{plan.host} is converged, but these would act:\n" + "\n".join(changes)


def assert_budget(plan: Plan, *, facts: int, remote_commands: int | None = None) -> None:
    """The plan asks at most `facts` facts and sends at most `remote_commands` in all."""
    most_asked = Counter(plan.facts_asked).most_common(3)
    asked = len(plan.facts_asked)
    assert asked <= facts, f"{asked} facts asked, budget {facts}; most often {most_asked}"
    sent, limit = plan.remote_commands, remote_commands
    assert limit is None or sent <= limit, f"{sent} remote commands, budget {limit}"


def assert_no_leaks(plan: Plan) -> None:
    """No secret is in a command line, an operation's name or a fact's arguments."""
    assert not plan.leaks, f"secrets would show in: {', '.join(plan.leaks)}"


def assert_programs_exist(plan: Plan) -> None:
    """What the host is asked to run of ours with `-m` is there; names of modules are mere text."""
    sent = [command for operation in plan.operations for command in operation.commands]
    named = set(re.findall(r"-m (mailman_suite[\w.]+)", "\n".join(sent)))
    missing = [name for name in sorted(named) if importlib.util.find_spec(name) is None]
    assert not missing, f"{plan.host} is asked to run {missing}, which nothing is called"


def assert_golden(plan: Plan, path: Path) -> None:
    """The plan reads as written in `path`; `UPDATE_GOLDEN=1` accepts the new one."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(plan.text(), encoding="utf-8")
    assert path.exists(), f"{path} is missing: run with UPDATE_GOLDEN=1 and review what it writes"
    difference = _diff(path.read_text(encoding="utf-8"), plan.text(), str(path), "this plan")
    assert not difference, f"the plan differs (UPDATE_GOLDEN=1 accepts it):\n{difference}"


def differing_hosts(plans: Mapping[str, Plan]) -> dict[str, str]:
    """The hosts whose plan is not the most common one, each with its difference to that."""
    usual, _ = Counter(plan.text() for plan in plans.values()).most_common(1)[0]
    differences = {name: _diff(usual, plan.text(), "most", name) for name, plan in plans.items()}
    return {name: difference for name, difference in differences.items() if difference}


def _diff(before: str, after: str, old: str, new: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), old, new, lineterm="")
    return "\n".join(lines)
