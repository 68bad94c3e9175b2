"""Shared by all checks of a running service: questions by SMTP, and the meaning of no answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TextIO


def observed(question: Callable[..., Any], *arguments: Any) -> Any:
    """What a question answers, or why there is no answer: nothing here may pass silently."""
    try:
        return question(*arguments)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def said(lines: TextIO, word: str) -> str:
    """The reply to one SMTP command."""
    lines.write(f"{word}\r\n")
    lines.flush()
    return reply(lines)


def reply(lines: TextIO) -> str:
    """The last line of an SMTP reply."""
    while True:
        line = lines.readline().strip()
        if line[3:4] != "-":
            return line
