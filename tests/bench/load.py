"""Messages a second through a list with a hundred members: ours, and upstream's guide."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure, Section, ratio
from tests.bench.machines import machine, wait_until_it_answers
from tests.lab import guide_made, installed
from tests.lab.installed import Combination

_PROGRAM = Path(__file__).with_name("posts.py")
_POSTS = 200
_OURS = Combination("bookworm", "postgresql", installed.DEFAULT.release)
(_GUIDE,) = (
    one for one in guide_made.HANDMADE if one.database == "postgresql" and one.suite == "bookworm"
)
_SHOWN = 6
_HOW = f"""\
Debian 12, PostgreSQL, each on a machine of its own: {_POSTS} short posts by members of a list with
100 members, all at once. The members' mail goes to Postfix's smtp-sink on the same machine
(`tests/bench/posts.py`), which keeps every copy. Core's settings are those of the installation."""


def measured(rounds: int) -> list[Section]:
    """The section of this benchmark. CalledProcessError when a suite took no mail."""
    ours, guide = [], []
    for number in range(rounds):
        ours.append(_sent(installed.layer(_OURS)))
        guide.append(_sent(guide_made.layer(_GUIDE)))
        print(f"round {number + 1}: {ours[-1]}\n{guide[-1]}", file=sys.stderr, flush=True)
    return [_section(ours, guide)]


def _sent(layer: str) -> dict[str, Any]:
    with machine(layer=layer) as host:
        wait_until_it_answers(host, installed.WEB_HOST)
        words = f"python3 - {installed.DOMAIN} {_POSTS}"
        found: dict[str, Any] = json.loads(
            host.run(words, stdin=_PROGRAM.read_text(encoding="utf-8")).stdout
        )
    return found


def _section(ours: list[dict[str, Any]], guide: list[dict[str, Any]]) -> Section:
    figures: list[Figure] = []
    for what, key, goal in (
        ("delivered to all members", "delivered", "at least 1"),
        ("archived too", "archived", ""),
    ):
        mine, theirs = (
            Figure(f"{what}, {name}", "posts/s", tuple(_POSTS / one[key] for one in runs), limit)
            for name, runs, limit in (("ours", ours, goal), ("by the guide", guide, ""))
        )
        figures += [mine, theirs, ratio(f"{what}: ours / by the guide", mine, theirs)]
    for what in ("missing", "doubled"):
        for name, runs in (("ours", ours), ("by the guide", guide)):
            values = tuple(float(one[what]) for one in runs)
            figures.append(Figure(f"copies {what}, {name}", "copies", values, "0"))
    details = [_processors("ours", ours[-1]), _processors("by the guide", guide[-1])]
    return Section("Mail through a list", _HOW, figures, details)


def _processors(name: str, run: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Who computed most in the last round; the first row is the bottleneck."""
    busiest = list(run["spent"].items())[:_SHOWN]
    rows = [[what, f"{seconds:.1f}"] for what, seconds in busiest]
    return [f"processor seconds, {name}", "s"], rows
