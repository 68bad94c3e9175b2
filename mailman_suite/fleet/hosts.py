"""All hosts of a run are inspected before anything is refused, and refused before any change.

pyinfra runs the deploy file once for each host, each in a greenlet out of a pool that may be
smaller than the number of hosts: none may wait for another's turn. So the first one that asks looks
at all, and the others wait for its answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from gevent.event import AsyncResult  # type: ignore[import-untyped]  # has no types of its own
from gevent.pool import Pool  # type: ignore[import-untyped]
from pyinfra import logger
from pyinfra.api import State
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.host import Host
from pyinfra.context import ctx_config, ctx_host

from mailman_suite.base.refusal import Refusal, RunRefused
from mailman_suite.fleet import split_suites
from mailman_suite.fleet import waves as fleet
from mailman_suite.fleet.report import tell_at_the_end
from mailman_suite.fleet.table import table
from mailman_suite.fleet.waves import Wave
from mailman_suite.inspection import prospect
from mailman_suite.inspection.prospect import Prospect
from mailman_suite.suite.release_archives import intact_digest, kept_release
from mailman_suite.suite.suite import Suite


@dataclass(frozen=True)
class Fleet:
    """The suites of all hosts of a run, by name, and their waves."""

    suites: Mapping[str, Suite]
    waves: tuple[Wave, ...]


_FLEETS: WeakKeyDictionary[State, AsyncResult] = WeakKeyDictionary()


class FleetRefused(RunRefused):
    """Ends the run before anything changes; carries the reasons of all hosts that are refused."""

    def __init__(self, prospects: Sequence[Prospect]) -> None:
        self.by_host = {one.host: one.reasons for one in prospects if one.reasons}
        super().__init__(fleet.refusal(prospects))


def declared(host: Host) -> Suite:
    """The suite that this host's group data declares, once all hosts of the run were inspected.

    Raises `Refused` or `FleetRefused`, before anything changes, where one host is refused.
    """
    return _fleet(host.state).suites[host.name]


def waves(host: Host) -> tuple[Wave, ...]:
    """The waves of the run that this host is in, the same for all of its hosts."""
    return _fleet(host.state).waves


def _fleet(state: State) -> Fleet:
    """The hosts of this run, inspected once."""
    if state not in _FLEETS:
        _FLEETS[state] = answer = AsyncResult()
        hosts = sorted(state.inventory.get_active_hosts(), key=lambda host: host.name)
        try:
            answer.set(_one(*hosts) if len(hosts) == 1 else _accepted(state, _seen(state, hosts)))
        except Exception as error:  # everybody who waits gets it
            answer.set_exception(error)
    fleet_of_run: Fleet = _FLEETS[state].get()
    return fleet_of_run


def _one(host: Host) -> Fleet:
    """A run of one host, which shows its gates in full. Raises `Refused`."""
    (found,) = split_suites.checked([prospect.prospect(host)])
    suites = {host.name: prospect.accepted(host, found)}
    return Fleet(suites, fleet.waves(suites))


def _seen(state: State, hosts: list[Host]) -> list[Prospect]:
    """Inspects every host, in parallel, each in its own greenlet."""
    pool = Pool(state.config.PARALLEL)
    return list(pool.map(lambda host: _look(state, host), hosts))


def _look(state: State, host: Host) -> Prospect:
    """As pyinfra prepares a host: with the host and a copy of the configuration as context."""
    with ctx_config.use(state.config.copy()), ctx_host.use(host):
        try:
            return prospect.prospect(host)
        except PyinfraError as error:
            return Prospect(host.name, reasons=(_unanswered(error),))


def _unanswered(error: PyinfraError) -> Refusal:
    return Refusal(
        found=f"the inspection failed: {error}",
        expected="an answer to every question",
        remedy="read the host's message above and remove the cause",
    )


def _accepted(state: State, prospects: list[Prospect]) -> Fleet:
    """The fleet that the prospects make, shown as one table. Raises `FleetRefused`."""
    prospects = split_suites.checked(prospects)
    for line in (*table(prospects), *fleet.gates_of(prospects)):
        logger.info(line)
    if any(one.reasons for one in prospects):
        raise FleetRefused(prospects)
    alone = {one.host: prospect.wanted(one) for one in prospects}
    suites = split_suites.with_awaiting(fleet.with_builders(alone, _lacking(alone)))
    for line in fleet.building(suites):
        logger.info(line)
    tell_at_the_end(state, prospects)
    # Without -y pyinfra would ask "continue?" after a failure, and yes would begin the next wave.
    state.should_raise_failed_hosts = None
    return Fleet(suites, fleet.waves(suites))


def _lacking(suites: Mapping[str, Suite]) -> dict[str, str]:
    """Host -> archive that it needs and that is not kept here."""
    return {
        name: kept_release(one).name
        for name, one in suites.items()
        if one.settings.runs_release
        and one.running != one.identifier
        and intact_digest(kept_release(one)) is None
    }
