"""The outcome of a run on one host, from pyinfra's own results when it ends."""

from __future__ import annotations

from typing import Any

from pyinfra.api.host import Host
from pyinfra.api.operation import OperationMeta
from pyinfra.api.state import StateStage


def outcome(host: Host, error: BaseException | None) -> dict[str, Any]:
    """ "outcome", "reason" and how many operations "changed" something.

    `error` is what ends pyinfra; it ends every run with one, at least with `SystemExit`.
    """
    metas = [one.operation_meta for one in host.state.ops[host].values()]
    changed = sum(_did_something(one) for one in metas if one.is_complete())
    word, reason = _ending(host, getattr(error, "exception", error))
    return {"outcome": word, "changed": changed, "reason": reason}


def _did_something(one: OperationMeta) -> bool:
    """Whether an operation changed something, also if it failed after that.

    Host programs print each change; what only refuses or judges prints to standard error.
    """
    began = len(one._commands or []) > 1 or bool(one.stdout_lines)
    return one.did_change() or (one.did_error() and began)


def _ending(host: Host, cause: BaseException | None) -> tuple[str, str]:
    failed = host.state.failed_hosts
    if host in failed:
        return "failed", _failing_operation(host)
    if host.state.current_stage == StateStage.Disconnect:
        return "done", ""
    if failed:
        names = ", ".join(sorted(one.name for one in failed))
        return "interrupted", f"the run ended when {names} failed"
    if cause is None or isinstance(cause, SystemExit | KeyboardInterrupt):
        return "interrupted", "the operator stopped the run"
    return "failed", f"{type(cause).__name__}: {str(cause).strip().partition(chr(10))[0]}"[:300]


def _failing_operation(host: Host) -> str:
    """Only its name: the output of a command may contain what belongs in no record."""
    failing = [
        ", ".join(sorted(host.state.op_meta[name].names))
        for name, one in host.state.ops[host].items()
        if one.operation_meta.is_complete() and one.operation_meta.did_error()
    ]
    return failing[-1] if failing else "the connection to the host"
