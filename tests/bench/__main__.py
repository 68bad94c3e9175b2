"""Prints what the project promises about speed, measured side by side on machines of the lab.

python -m tests.bench [converged] [core] [fleet] [idle] [install] [load] [upgrade]
                      [--rounds N] [--output FILE]

No figure fails the run: a shared computer's wall time is no verdict. What was measured how stands
above each table.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import lab
from tests.bench import converged, core, fleet, idle, install, load, upgrade
from tests.bench.circumstances import circumstances
from tests.bench.figures import Section
from tests.bench.machines import remove_leftovers

BENCHMARKS: Mapping[str, tuple[Callable[[int], list[Section]], int]] = {
    "converged": (converged.measured, 5),
    "core": (core.measured, 5),
    "fleet": (fleet.measured, 3),
    "idle": (idle.measured, 3),
    "install": (install.measured, 3),
    "load": (load.measured, 3),
    "upgrade": (upgrade.measured, 1),
}


def main() -> int:
    """Exit status: 0 measured, 1 where no lab machines can be had or a measured run failed."""
    parser = _parser()
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(BENCHMARKS):
        parser.error(f"found {', '.join(unknown)}, expected some of {', '.join(BENCHMARKS)}")
    reason = lab.why_not()
    if reason:
        print(f"bench: {reason}", file=sys.stderr)
        return 1
    # Told to end, it takes its machines down as after an error.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: told to end"))
    remove_leftovers()
    parts = [circumstances()]
    print(parts[0], flush=True)
    for name in arguments.names or BENCHMARKS:
        measured, rounds = BENCHMARKS[name]
        for section in measured(arguments.rounds or rounds):
            parts.append(section.markdown())
            print(f"\n{parts[-1]}", flush=True)
    parts.append(f"At the end: {circumstances()}")
    if arguments.output:
        arguments.output.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)}")
    parser.add_argument("--rounds", type=int, help="how often each side is measured")
    parser.add_argument("--output", type=Path, help="also write the tables to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
