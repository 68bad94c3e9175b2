"""How the suite says no: what was found, what was expected, what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from pyinfra.api.exceptions import DeployError


class Refusal(ValueError):
    """One reason not to go on, written for the operator."""

    def __init__(self, *, found: str, expected: str, remedy: str) -> None:
        self.found = found
        self.expected = expected
        self.remedy = remedy
        super().__init__(f"{found}; expected {expected}. To do: {remedy}")

    @property
    def reasons(self) -> tuple[Refusal, ...]:
        """This one only, so that one and many are reported alike."""
        return (self,)


class Refusals(ValueError):
    """All the reasons not to go on that were found together."""

    def __init__(self, reasons: Sequence[Refusal]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(map(str, reasons)))


class RunRefused(DeployError):
    """Ends a run of pyinfra with words for its operator; `runs/words_alone.py` shows them."""


class Refused(RunRefused):
    """Ends the run before anything changes; carries every reason at once."""

    def __init__(self, host: str, reasons: Sequence[Refusal]) -> None:
        self.reasons = tuple(reasons)
        self.by_host = {host: self.reasons}  # for the records
        super().__init__(untouched(host, reasons))


def untouched(host: str, reasons: Sequence[Refusal]) -> str:
    """That nothing was changed on this host, and why."""
    return f"{host} was not touched, because:\n{listed(reasons)}"


def listed(reasons: Sequence[Refusal]) -> str:
    """The reasons as a numbered list of paragraphs."""
    return "\n".join(_paragraph(number, one) for number, one in enumerate(reasons, 1))


def _paragraph(number: int, refusal: Refusal) -> str:
    return (
        f"  {number}. found:    {refusal.found}\n"
        f"     expected: {refusal.expected}\n"
        f"     to do:    {refusal.remedy}"
    )
