"""The barrier between two waves of a run."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence

from pyinfra import host, logger
from pyinfra.api import StringCommand, operation

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.checks.posting import local_domain
from mailman_suite.facts.verify import LocalDomains
from mailman_suite.fleet.progress import progress_of
from mailman_suite.fleet.waves import Wave
from mailman_suite.operations import probe, verify
from mailman_suite.settings.roles import ALL
from mailman_suite.suite.suite import Suite

# How often a soaking host is asked; it also keeps the connection open.
_CHECK_SECONDS = 60


@operation()
def healthy(suite: Suite, wave: Wave) -> Generator[StringCommand, None, None]:
    """The hosts of the wave pass their checks, and a new release there delivers mail.

    Every host has this operation after each wave, so no later wave begins before it; the
    first host that fails here ends the run. A host of another wave only waits.
    """
    if host.name not in wave.hosts:
        host.noop(f"waits for {wave}")
        return
    is_new = host.state.is_executing and (suite.changes_release or suite.unproven)
    if is_new and _has_spooled(suite):
        yield from _message(suite)
    yield from verify.answers._inner(suite)
    if is_new:
        yield from _proof(suite)
    progress_of(host).healthy = host.state.is_executing


def _has_spooled(suite: Suite) -> bool:
    """Whether Core ran while the web was closed.

    Its archiver sends what it spooled then only with the next message.
    """
    return suite.settings.role == "core" or "core" in suite.leaves


def _proof(suite: Suite) -> Generator[StringCommand, None, None]:
    """A message arrived and the soak passed; noted in the window, so that it is done only once.

    If a run ends before the note, the next run repeats this.
    """
    if suite.settings.role == ALL and not _has_spooled(suite):
        yield from _message(suite)
    if suite.settings.soak_seconds:
        yield from _soaked(suite.settings.soak_seconds, suite.settings.services)
        yield from verify.answers._inner(suite)
    yield StringCommand(f"touch {layout.WINDOW}/proven")


def _message(suite: Suite) -> Generator[StringCommand, None, None]:
    try:
        domain = local_domain(host.get_fact(LocalDomains))
    except Refusal as error:
        logger.warning(f"{host.print_prefix}no message was sent through the suite: {error}")
        return
    yield from probe.arrives._inner(suite, member_domain=domain)


def _soaked(seconds: int, services: Sequence[str]) -> Generator[StringCommand, None, None]:
    """The services keep running for this long, checked every minute."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        logger.info(f"{host.print_prefix}soaking: {left:.0f} s of {seconds} s to go")
        time.sleep(min(_CHECK_SECONDS, left))
        yield StringCommand(_services_run(services))


def _services_run(services: Sequence[str]) -> str:
    return (
        f"for unit in {' '.join(services)}; do systemctl is-active --quiet $unit ||"
        ' { echo "$unit is no longer running" >&2; exit 1; }; done'
    )
