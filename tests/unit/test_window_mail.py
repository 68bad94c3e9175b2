"""Postfix in a window: held back and let through on a host that has it, left alone elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.window import mail as window_mail
from mailman_suite.host.window.journal import Journal

CORE: dict[str, Any] = {"mta": "postfix", "transport": "lmtp"}
WEB: dict[str, Any] = {"mta": "postfix", "transport": ""}
# Answers what defer_transports is, keeps what it is told, and writes down every call.
_PROGRAM = """#!/bin/sh
echo "${0##*/} $*" >>"$HOST/called"
case "$1 $2" in
  "-h defer_transports") while read -r line; do echo "$line"; done <"$HOST/deferred" ;;
  "-e "*) echo "${2#*= }" >"$HOST/deferred" ;;
  "-X "*) echo >"$HOST/deferred" ;;
esac
exit 0
"""


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host without any program."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "called").touch()
    monkeypatch.setenv("HOST", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def with_postfix(host: Path, deferred: str = "") -> Path:
    """Postfix' commands are there, and it runs."""
    (host / "deferred").write_text(f"{deferred}\n")
    for name in ("postconf", "postfix", "postqueue"):
        (host / "bin" / name).write_text(_PROGRAM)
        (host / "bin" / name).chmod(0o755)
    return host


def whole(order: dict[str, Any], host: Path) -> list[str]:
    """The commands of a window that holds back, lets through and flushes."""
    journal = Journal(host)
    window_mail.hold_back(order, journal)
    window_mail.let_through(order, journal)
    window_mail.mta(order).reload_if_running()
    window_mail.mta(order).flush()
    return (host / "called").read_text().splitlines()


def test_a_host_without_postfix_is_asked_for_none(host: Path) -> None:
    assert whole(WEB, host) == []


def test_a_postfix_of_a_host_without_core_goes_on_as_it_was(host: Path) -> None:
    called = whole(WEB, with_postfix(host, "smtp"))
    assert not any(one.startswith("postconf") for one in called)
    assert (host / "deferred").read_text() == "smtp\n"


def test_postfix_keeps_what_is_for_core_until_it_is_let_through(host: Path) -> None:
    window_mail.hold_back(CORE, Journal(with_postfix(host, "smtp")))
    assert (host / "deferred").read_text() == "smtp lmtp\n"
    assert "postfix reload" in (host / "called").read_text()
    window_mail.let_through(CORE, Journal(host))
    assert (host / "deferred").read_text() == "smtp\n"


def test_what_held_nothing_back_before_is_unset_again(host: Path) -> None:
    called = whole(CORE, with_postfix(host))
    assert "postconf -X defer_transports" in called
    assert called[-1] == "postqueue -f"


def test_what_the_operator_had_held_back_stays_so(host: Path) -> None:
    called = whole(CORE, with_postfix(host, "lmtp"))
    assert not any(one.startswith(("postconf -e", "postconf -X")) for one in called)
    assert (host / "deferred").read_text() == "lmtp\n"


def test_core_without_postfix_does_not_begin(host: Path) -> None:
    with pytest.raises(FileNotFoundError, match="postconf"):
        window_mail.hold_back(CORE, Journal(host))


def test_a_queue_that_cannot_be_listed_is_not_taken_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queue/in").mkdir(parents=True)
    order: Any = {"var": str(tmp_path)}

    def broken(*_: object, **__: object) -> list[str]:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(window_mail.os, "listdir", broken)
    with pytest.raises(OSError, match="Input/output"):
        window_mail.set_aside(order, Journal(tmp_path))


def test_what_cannot_be_removed_ends_no_window_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: str) -> None:
        raise OSError(1, "Operation not permitted", path)

    monkeypatch.setattr(window_mail.files, "remove", broken)
    journal = Journal(tmp_path)
    window_mail.remove(["/there", "/here"], journal)
    assert ["/there" in one or "/here" in one for one in window_mail.left(journal)] == [True, True]
