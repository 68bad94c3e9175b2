"""The report of a rehearsal: one self-contained HTML file, from the result document. Pure.

python -m mailman_suite.rehearsal.report RESULT.json > report.html
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from mailman_suite.base.quantities import bytes_text, count_text, moment_text, seconds_text
from mailman_suite.rehearsal.timeline import timeline

Result = Mapping[str, Any]
Counted = Mapping[str, Any]

TEMPLATE = Path(__file__).with_suffix(".html.j2")
# Production's disks may be slower and are busy: announce a multiple of what was measured.
_MARGIN = 2
_KNOWN = ("mailing lists", "members", "archived messages")
_VERDICTS = ("stop", "acknowledge", "window", "fine")


def report(result: Result, receipt: Mapping[str, Any]) -> str:
    """The page. Everything from a host is text in it, never markup."""
    window = result["window"]
    return _template().render(
        result=result,
        receipt=receipt,
        sentence=sentence(result),
        passed=result["outcome"] == "passed",
        announced=announced_minutes(window["seconds"]) if window else None,
        timeline=Markup(timeline(window)) if window else "",
        gates=sorted(result["gates"], key=lambda gate: _VERDICTS.index(gate["verdict"])),
        gate_counts=_gate_counts(result["gates"]),
        counts=counts(result["invariants"]),
        checks=sorted(result["verify"], key=lambda check: bool(check["kept"])),
    )


def sentence(result: Result) -> str:
    """The outcome in one sentence."""
    host, window = result["production"]["host"], result["window"]
    if result["outcome"] != "passed":
        return f"{host} should not be upgraded yet: {result['reason'] or 'the rehearsal failed'}."
    return (
        f"{host} can be upgraded: on a copy of it the window took "
        f"{seconds_text(window['seconds'])}, and {_unchanged(result['invariants'])}."
    )


def _unchanged(invariants: Sequence[Counted]) -> str:
    """The families that a reader knows by name, with their counts."""
    after = {one["family"]: one["after"] for one in invariants}
    named = [f"{count_text(after[name])} {name}" for name in _KNOWN if after.get(name)]
    if not named:
        return "all counts are the same as before"
    *most, last = named
    return f"{', '.join(most)} and {last}".removeprefix(" and ") + " are unchanged"


def announced_minutes(seconds: float) -> int:
    """The outage to announce, in whole minutes."""
    return max(1, math.ceil(_MARGIN * seconds / 60))


def counts(invariants: Sequence[Counted]) -> dict[str, list[Any]]:
    """The counts: families that `differ`; those that do not, by `kind` and by `list`."""
    same = sorted((one for one in invariants if one["equal"]), key=_prominence)
    return {
        "differ": [one for one in invariants if not one["equal"]],
        "kind": [one for one in same if not _is_part(one) and _is_present(one)],
        "none": [one["family"] for one in same if not _is_part(one) and not _is_present(one)],
        "list": [one for one in same if _is_part(one)],
    }


def _prominence(one: Counted) -> tuple[int, str]:
    """What a reader knows is first."""
    name = str(one["family"])
    return (_KNOWN.index(name) if name in _KNOWN else len(_KNOWN), name)


def _is_part(one: Counted) -> bool:
    """Whether another family includes it: `members (staff.lists.uni.test)`."""
    return str(one["family"]).endswith(")")


def _is_present(one: Counted) -> bool:
    return bool(one["before"] or one["after"])


def _gate_counts(gates: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {name: sum(gate["verdict"] == name for gate in gates) for name in _VERDICTS}


@lru_cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE.parent),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(seconds=seconds_text, bytes=bytes_text, count=count_text)
    environment.filters["moment"] = moment_text
    return environment.get_template(TEMPLATE.name)


if __name__ == "__main__":
    print(report(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), {}))
