"""Who did what, as a table for people. Pure but for `main`.

python -m mailman_suite.runs.history [HOST]: the runs of this computer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from mailman_suite.host.state.manifest import release_parts
from mailman_suite.runs import record
from mailman_suite.runs.record import Record

_TITLES = ("began (UTC)", "host", "deploy", "who", "from", "to", "took", "outcome")
_NONE = "this computer has no runs on record; make host-history shows those of other computers"


def table(records: Iterable[Record]) -> list[str]:
    """A line of titles and one for each record, in their order; reasons at the ends."""
    rows = [_TITLES, *map(_row, records)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_TITLES))]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _row(one: Record) -> tuple[str, ...]:
    began = one["began"].replace("T", " ").removesuffix("Z")
    names = (began, one["host"], one["deploy"], one["who"])
    return (*names, _release(one["from"]), _release(one["to"]), _took(one), _outcome(one))


def _release(identifier: str) -> str:
    """A release's name; what else can be said of a suite stays as it is."""
    return release_parts(identifier)["release_name"] or identifier or "-"


def _took(one: Record) -> str:
    seconds = one["seconds"]
    if seconds is None:
        return "?" if one["outcome"] == "interrupted" else "-"
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"


def _outcome(one: Record) -> str:
    """How it ended, what it changed, and why it ended so."""
    # What was cut short may have changed something that it had no time to report.
    nothing = ", nothing changed" if one["outcome"] == "done" else ""
    changed = {None: "", 0: nothing, 1: ", 1 change"}
    told = changed.get(one["changed"], f", {one['changed']} changes")
    return f"{one['outcome']}{told}" + (f": {one['reason']}" if one["reason"] else "")


def main(arguments: Sequence[str]) -> int:
    """Prints the records, those of one host where it is named."""
    found = [one for one in record.history() if one["host"] in arguments or not arguments]
    print("\n".join(table(found)) if found else _NONE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
