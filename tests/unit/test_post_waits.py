"""A post that waits behind others is waited for; one that nobody works on any more is not."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.check import ahead, post, stages

ID = "<1234.56@lists.test>"
LIST = "mailman-probe-0a1b2c3d4e5f@lists.test"
PATIENCE = 0.05


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Core's queues in a directory, and a Postfix whose queue is the file `postfix` there."""
    for queue in ("in", "out", "shunt"):
        (tmp_path / "queue" / queue).mkdir(parents=True)
    (tmp_path / "postfix").touch()
    (tmp_path / "postqueue").write_text(f"#!/bin/sh\ncat {tmp_path}/postfix\n")
    (tmp_path / "postqueue").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(stages, "_PAUSE_SECONDS", 0.01)
    return {"list": LIST, "queues": [f"{tmp_path}/queue/*/*.*"], "directory": tmp_path}


def queued(order: dict[str, Any], queue: str, number: int, text: str = "another") -> Path:
    path = Path(order["directory"]) / "queue" / queue / f"{number}.pck"
    path.write_text(text)
    return path


def in_postfix(order: dict[str, Any], *recipients: str, sender: str = "a@b.test") -> None:
    entries = (
        {"queue_id": f"Q{number}", "sender": sender, "recipients": [{"address": recipient}]}
        for number, recipient in enumerate(recipients)
    )
    text = "".join(f"{json.dumps(entry)}\n" for entry in entries)
    (Path(order["directory"]) / "postfix").write_text(text)


def following(order: dict[str, Any]) -> stages.Stages:
    return stages.Stages(PATIENCE, lambda: ahead.ahead(order, ID))


def after(attempts: int, each: Callable[[int], object]) -> Callable[[], bool | None]:
    """Succeeds after so many attempts; before that, `each` is told the attempt's number."""
    made = iter(range(attempts))

    def attempt() -> bool | None:
        number = next(made, None)
        if number is None:
            return True
        each(number)
        return None

    return attempt


def test_a_post_behind_others_is_waited_for_while_they_leave(order: dict[str, Any]) -> None:
    others = [queued(order, "out", number) for number in range(40)]
    queued(order, "out", 99, f"Message-ID: {ID}")

    assert following(order).reach("arrives", after(40, lambda number: others[number].unlink()))


def test_a_post_behind_others_in_postfix_is_waited_for(order: dict[str, Any]) -> None:
    def fewer(number: int) -> None:
        in_postfix(order, LIST, *["other@lists.test"] * (40 - number))

    fewer(0)
    assert following(order).reach("arrives", after(40, fewer))


@pytest.mark.parametrize("moves", [False, True])
def test_a_post_that_no_queue_holds_is_not_waited_for(order: dict[str, Any], moves: bool) -> None:
    others = [queued(order, "out", number) for number in range(400)]

    with pytest.raises(stages.Failed, match="arrives: nothing came"):
        following(order).reach("arrives", after(400, lambda n: moves and others[n].unlink()))


def test_a_queue_that_does_not_move_is_not_waited_for(order: dict[str, Any]) -> None:
    queued(order, "out", 1)
    queued(order, "out", 99, f"Message-ID: {ID}")

    with pytest.raises(stages.Failed, match="nothing came"):
        following(order).reach("arrives", lambda: None)


def test_a_post_that_core_put_aside_is_named(order: dict[str, Any]) -> None:
    aside = queued(order, "shunt", 99, f"Message-ID: {ID}")

    with pytest.raises(stages.Failed, match=f"arrives: Core has put it aside: {aside}"):
        following(order).reach("arrives", lambda: None)


def test_a_copy_on_its_way_to_the_member_is_the_post_too(order: dict[str, Any]) -> None:
    bounces = LIST.replace("@", "-bounces+member=lists.test@")

    in_postfix(order, "other@lists.test", sender="news-bounces@lists.test")
    assert not ahead.ahead(order, ID)
    in_postfix(order, "member@lists.test", sender=bounces)
    assert ahead.ahead(order, ID)


def test_a_probe_ends_in_words_and_not_with_addresses_that_are_removed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(post, "send", lambda order: 12.3)
    monkeypatch.setattr("sys.argv", ["post.py", "send", json.dumps({"logs": []})])
    post.verbs.main({"send": post.sent})
    assert capsys.readouterr().out == " 12.30 s  in all\n"
