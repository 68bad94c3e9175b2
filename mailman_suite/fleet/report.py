"""Reports at the end of a run over several hosts where each of them is, however the run ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from pyinfra import logger
from pyinfra.api import State
from pyinfra.api.host import Host
from pyinfra.api.state import BaseStateCallback

from mailman_suite.fleet.progress import Progress, progress_of, where
from mailman_suite.inspection.prospect import Prospect

_AGAIN = (
    "remove the cause and run the same command again: it keeps what is done and continues with "
    "the rest; --exclude NAME leaves a host out"
)
_UNTOLD: WeakKeyDictionary[State, Sequence[Prospect]] = WeakKeyDictionary()


class _End(BaseStateCallback):
    """pyinfra disconnects from its hosts last of all, after a failed run too."""

    @staticmethod
    def operation_host_error(state: State, host: Host, op_hash: str, *_: Any, **__: Any) -> None:
        """Notes what failed."""
        progress_of(host).failed = ", ".join(sorted(state.get_op_meta(op_hash).names))

    @staticmethod
    def host_disconnect(state: State, host: Host) -> None:
        """Tells once; a plan, or a run that was refused, left every host where it was."""
        prospects = _UNTOLD.pop(state, ())
        if prospects and state.is_executing:
            hosts = {one.name: one for one in state.inventory}
            for line in told([(one, progress_of(hosts[one.host])) for one in prospects]):
                logger.info(line)


def tell_at_the_end(state: State, prospects: Sequence[Prospect]) -> None:
    """When the run ends, a line about each of these hosts is printed."""
    _UNTOLD[state] = prospects
    state.add_callback_handler(_End())


def told(ends: Sequence[tuple[Prospect, Progress]]) -> Iterator[str]:
    """A line for each host, by wave and name, and what to do where not all are healthy."""
    yield "--> Where every host is:"
    rows = sorted(
        (one.settings.wave, one.host, where(one, progress))
        for one, progress in ends
        if one.settings is not None
    )
    width = max(len(name) for _, name, _ in rows)
    for wave, name, place in rows:
        yield f"    {name:<{width}}  wave {wave}  {place}"
    if not all(progress.healthy for _, progress in ends):
        yield f"    {_AGAIN}"
