"""A run that nobody can answer ends with a refusal, where pyinfra itself would crash.

pyinfra asks "Press enter to execute" with `input`, which raises EOFError in cron, in CI and
wherever else standard input is at its end. There is no callback; tests/contract pins the name.
"""

from __future__ import annotations

from mailman_suite.base.refusal import Refusal, RunRefused, listed


class NoAnswer(RunRefused):
    """Ends the run at a question that nobody is there to answer."""

    def __init__(self) -> None:
        reason = Refusal(
            found="nobody to press Enter: standard input is no terminal and has ended",
            expected="an operator who reads the plan and confirms it",
            remedy="to run unattended, `make apply YES=1`, or pyinfra with -y: every check and "
            "every refusal stays; to see the plan alone, `make plan`",
        )
        super().__init__(f"the question above has no answer, because:\n{listed([reason])}")


def answer() -> str:
    """The operator's next line. Raises `NoAnswer`."""
    try:
        return input()
    except (EOFError, RuntimeError):  # RuntimeError: standard input was closed
        raise NoAnswer from None


def refuse_runs_without_answers() -> None:
    """Makes pyinfra's questions end in a refusal where nobody answers."""
    from pyinfra_cli import cli  # type: ignore[import-untyped]  # its import changes sockets, locks

    setattr(cli, "input", answer)  # noqa: B010  # the module has no such name of its own
