"""Seconds, bytes, counts and moments as people read them. Pure."""

from __future__ import annotations

from datetime import datetime, timezone

# A number and its unit stay on one line.
_GAP = "\N{NO-BREAK SPACE}"
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def seconds_text(seconds: float) -> str:
    """A length of time: `0.4 s`, `31 s`, `2 min 5 s`, `1 h 4 min`; its gaps are no-break spaces."""
    if seconds < 9.95 and round(seconds, 1) != int(seconds):
        return f"{seconds:.1f}{_GAP}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, left = divmod(minutes, 60)
    parts = [(hours, "h"), (left, "min"), (0 if hours else rest, "s")]
    return _GAP.join(f"{size}{_GAP}{unit}" for size, unit in parts if size) or f"0{_GAP}s"


def bytes_text(size: float) -> str:
    """An amount of data: `812 bytes`, `3.4 MiB`, `120 GiB`."""
    for unit in _UNITS:
        if size < 1000 or unit == _UNITS[-1]:
            digits = 0 if size >= 99.5 or unit == _UNITS[0] else 1
            return f"{size:.{digits}f}{_GAP}{unit}"
        size /= 1024
    raise AssertionError("the last unit takes every size")


def count_text(count: int) -> str:
    """A number with its thousands set apart."""
    return f"{count:,}"


def counted(count: int, noun: str) -> str:
    """A number and what it counts: `1 list`, `2 lists`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def moment_text(moment: str) -> str:
    """A moment in ISO 8601 with its time zone, as `2026-11-21 21:30 UTC`."""
    return datetime.fromisoformat(moment).astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
