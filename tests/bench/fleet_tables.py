"""The tables of the benchmark `fleet`, and the straight line through its figures. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from tests.bench.figures import Figure, Section, ratio
from tests.plans.remote_commands import CountedRun

_HOW = """\
Debian 12, SQLite, installed and as declared; every run ends with exit status 0 and changes nothing.
"one real suite" runs all of it. The others are light machines of the lab: each has its own root,
network address and OpenSSH server, and answers every command with what the real suite answered,
as late as that; no Mailman runs there. Wall time includes what {most} such machines need of this
computer's processors; processor time and memory are those of pyinfra's process alone (user and
system)."""
_HEADS = ("hosts", "wall, s", "x one host", "processor, s", "commands per host", "peak memory, MiB")


def section(
    kind: str, real: Sequence[CountedRun], light: Mapping[int, Sequence[CountedRun]]
) -> Section:
    """One kind of run: its goals, then a line for each number of hosts."""
    fewest, *_, fewer, most = sorted(light)
    wall = {size: _figure(light[size], "seconds") for size in light}
    cpu = {size: _figure(light[size], "cpu_seconds") for size in light}
    memory = {size: _figure(light[size], "peak_mib") for size in light}
    low, high = slope(cpu, fewest, fewer), slope(cpu, fewer, most)
    figures = (
        ratio(f"wall time: {most} hosts / one", wall[most], wall[fewest], "under 8"),
        Figure("processor time for each further host", "ms", tuple(
            1000 * one for one in slope(cpu, fewest, most))),
        Figure(f"the same, from {fewer} to {most} / from {fewest} to {fewer}", "ratio", tuple(
            one / other for one, other in zip(high, low)), "about 1"),
        Figure("memory for each further host", "MiB", slope(memory, fewest, most)),
    )  # fmt: skip
    rows = [_row("one real suite", real, wall[fewest])]
    rows += [_row(f"{size}", light[size], wall[fewest]) for size in sorted(light)]
    title = f"{kind} on {', '.join(map(str, sorted(light)))} hosts"
    return Section(title, _HOW.format(most=most), figures, [(_HEADS, rows)])


def slope(figures: Mapping[int, Figure], fewer: int, more: int) -> tuple[float, ...]:
    """What each further host adds between two numbers of hosts, round by round."""
    pairs = zip(figures[fewer].values, figures[more].values, strict=True)
    return tuple((high - low) / (more - fewer) for low, high in pairs)


def _figure(runs: Sequence[CountedRun], what: str) -> Figure:
    return Figure(what, "", tuple(getattr(run, what) for run in runs))


def _row(name: str, runs: Sequence[CountedRun], one: Figure) -> tuple[str, ...]:
    """Medians, which one slow round does not move."""
    wall = _figure(runs, "seconds").median
    hosts = len({host for host, _ in runs[0].remote_commands})
    commands = statistics.median([len(run.remote_commands) for run in runs]) / hosts
    return (
        name,
        f"{wall:.2f}",
        f"{wall / one.median:.2f}",
        f"{_figure(runs, 'cpu_seconds').median:.2f}",
        f"{commands:.1f}",
        f"{_figure(runs, 'peak_mib').median:.0f}",
    )
