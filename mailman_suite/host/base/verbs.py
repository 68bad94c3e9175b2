"""The first argument of a program in this folder is a verb; any other word is refused.

A suite's old interpreter may be Python 3.6, hence the quotes around types.
"""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Action = TypeVar("Action", bound="Callable[..., Any]")


def main(actions: "Mapping[str, Callable[[Any], Any]]") -> None:
    """Carry out `VERB ARGUMENTS`, with arguments in JSON, and print the verb's answer as JSON.

    A verb that returns None prints nothing. SystemExit where the verb is none of these.
    """
    action = named(actions, sys.argv[1] if sys.argv[1:] else "")
    answer = action(json.loads(sys.argv[2]))
    if answer is not None:
        print(json.dumps(answer), flush=True)


def named(actions: "Mapping[str, Action]", verb: str) -> "Action":
    """The action of a verb. SystemExit, which names every verb, for any other word."""
    if verb not in actions:
        raise SystemExit(f"error: found the verb {verb!r}, expected one of: {', '.join(actions)}")
    return actions[verb]


def from_stdin(action: "Callable[[Any], Any]") -> "Callable[[Any], Any]":
    """The action with JSON from standard input as its arguments."""
    return lambda arguments: action(json.load(sys.stdin))
