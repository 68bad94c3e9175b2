"""How the cost of a run grows with its hosts: time, the control machine's processor and memory."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from lab import paths
from lab.machines import Machine
from tests.bench.figures import Section
from tests.bench.fleet_tables import section
from tests.bench.machines import light_machines, machine, wait_until_it_answers
from tests.bench.recording import REPLAY, recorded
from tests.bench.timeline import RunFailed
from tests.lab import installed
from tests.plans.remote_commands import (
    CountedRun,
    count_commands_of_plan,
    count_remote_commands,
)

SIZES = (1, 5, 10, 25, 50)
_DEPLOY = "deploys/mailman.py"
_KINDS: Mapping[str, Callable[..., CountedRun]] = {
    "A second run": count_remote_commands,
    "A plan": count_commands_of_plan,
}
_SERVER = ("-o", "UsePAM=no", "-o", "ForceCommand=. /replay/replay.bash")


def measured(rounds: int) -> list[Section]:
    """A section for each kind of run. RunFailed when one failed or changed anything."""
    with fleet(max(SIZES)) as (real, light):
        runs: dict[str, dict[int, list[CountedRun]]]
        runs = {kind: {size: [] for size in (0, *SIZES)} for kind in _KINDS}
        for _ in range(rounds):
            for size in runs[next(iter(_KINDS))]:
                hosts = inventory(real.parent, light[:size]) if size else real
                for kind, count in _KINDS.items():
                    runs[kind][size].append(_unchanging(kind, count, hosts))
    return [section(kind, of_kind.pop(0), of_kind) for kind, of_kind in runs.items()]


@contextmanager
def fleet(number: int) -> Iterator[tuple[Path, Sequence[Machine]]]:
    """The inventory of one real suite, and light machines that answer every command as it did."""
    with (
        TemporaryDirectory() as directory,
        machine(layer=installed.layer(installed.DEFAULT)) as host,
    ):
        wait_until_it_answers(host, installed.WEB_HOST)
        place = Path(directory)
        real = inventory(place, [host])
        shutil.copytree(REPLAY, place / "replay")
        with recorded(host, place / "replay"):
            for kind, count in _KINDS.items():
                _unchanging(kind, count, real)
        with light_machines(number, _SERVER, [f"{place / 'replay'}:/replay"]) as light:
            yield real, light


def inventory(place: Path, hosts: Sequence[Machine]) -> Path:
    """A file that names these machines, all with the settings of the converged suite."""
    lines = [(one.name, {**_ssh(one), **installed.DEFAULT.data}) for one in hosts]
    file = place / f"{hosts[0].name}-{len(hosts)}.py"
    file.write_text(f"hosts = {lines!r}\n", encoding="utf-8")
    return file


def _ssh(host: Machine) -> dict[str, str]:
    return {
        "ssh_hostname": host.address,
        "ssh_user": "root",
        "ssh_key": str(paths.SSH_KEY),
        "ssh_known_hosts_file": str(paths.KNOWN_HOSTS),
        "ssh_strict_host_key_checking": "yes",
    }


def _unchanging(kind: str, count: Callable[..., CountedRun], hosts: Path) -> CountedRun:
    """One run; RunFailed when it failed, or when it changed a host or would."""
    run = count(str(hosts), _DEPLOY, cwd=installed.REPOSITORY)
    changed = run.changed + run.planned
    if run.returncode or changed:
        raise RunFailed(f"{kind}: exit {run.returncode}, changed {changed}\n{run.stderr[-3000:]}")
    figures = f"{run.seconds:.2f} s, processor {run.cpu_seconds:.2f} s"
    print(f"{kind}, {hosts.stem}: {figures}", file=sys.stderr, flush=True)
    return run
