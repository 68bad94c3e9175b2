"""The command of a production run, from the command of a rehearsal. Pure."""

from __future__ import annotations

from collections.abc import Sequence

_ONE_WORD = ("-y", "--yes", "--dry", "--diff")
_TWO_WORDS = ("--limit", "--exclude")
_REHEARSAL, _PRODUCTION = "rehearse.py", "mailman.py"


def command(python: str, argv: Sequence[str], host: str) -> list[str]:
    """`python -m pyinfra -y ... --limit host ... deploys/mailman.py`, from a rehearsal's arguments.

    Inventory, group data and values given with --data stay; the run is limited to the host.
    `argv` is the process's own, with the program as its first word.
    """
    words = iter(argv[1:])
    kept = [python, "-m", "pyinfra", "-y", "--limit", host]
    for word in words:
        if word in _TWO_WORDS:
            next(words, None)
        elif word not in _ONE_WORD and not word.startswith(tuple(f"{one}=" for one in _TWO_WORDS)):
            kept.append(_of_production(word))
    return kept


def _of_production(word: str) -> str:
    """The deploy beside this one; every other word as it is."""
    if word == _REHEARSAL or word.endswith(f"/{_REHEARSAL}"):
        return word.removesuffix(_REHEARSAL) + _PRODUCTION
    return word
