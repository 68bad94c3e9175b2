"""References to secrets: fetched on the control machine, refused with reasons, never repeated."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailman_suite.base.refusal import Refusal, Refusals
from mailman_suite.settings import secret_sources
from mailman_suite.settings.secret_references import SecretReference
from mailman_suite.settings.secret_sources import ALLOWED, all_fetched, fetched
from tests.unit.rules import ROOT

GOOD = "Correct-horse_battery.staple~1"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "secret"


@pytest.mark.parametrize(
    "reference", ["env:SUITE_TEST_SECRET", "file:{place}", "cmd:cat {place}"], ids=str
)
def test_a_secret_is_fetched_and_stays_hidden(
    reference: str, place: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SUITE_TEST_SECRET", GOOD)
    place.write_text(f"{GOOD}\n")
    value = fetched(SecretReference(reference.format(place=place)), "mailman_rest_password")
    assert value.unmask() == GOOD
    assert GOOD not in f"{value} {value!r}"


def test_what_the_host_generates_is_not_fetched():
    assert SecretReference("generate").is_generated
    assert all_fetched({"rest_password": SecretReference("generate")}) == {}


def _unset(place: Path) -> None:
    os.environ.pop("SUITE_TEST_UNSET", None)


def _nothing(place: Path) -> None: ...


def _empty(place: Path) -> None:
    place.write_text("")


def _directory(place: Path) -> None:
    place.mkdir()


def _picture(place: Path) -> None:
    place.write_bytes(b"\x89PNG\xff\xfe")


def _two_lines(place: Path) -> None:
    place.write_text(f"{GOOD}\n{GOOD}\n")


def _pipe(place: Path) -> None:
    os.mkfifo(place)


UNRESOLVABLE: dict[str, tuple[Callable[[Path], None], str, str, str]] = {
    "a variable that is not set": (
        _unset,
        "env:SUITE_TEST_UNSET",
        "environment variable SUITE_TEST_UNSET, which is not set",
        "export SUITE_TEST_UNSET",
    ),
    "a file that is missing": (_nothing, "file:{place}", "(No such file", "create {place}"),
    "a file that is a directory": (_directory, "file:{place}", "(Is a directory)", "create"),
    "a file that is no text": (_picture, "file:{place}", "(not text)", "create {place}"),
    "a file that is a pipe": (_pipe, "file:{place}", "(not a regular file)", "create {place}"),
    "a file without an end": (_nothing, "file:/dev/zero", "(not a regular file)", "or change"),
    "a file that is empty": (_empty, "file:{place}", "gave 0 characters", "choose such a value"),
    "a file of two lines": (_two_lines, "file:{place}", "unsuitable", "choose such a value"),
    "a command that fails": (_nothing, "cmd:exit 3", "exit status 3", "run it by hand"),
    "a command that is not there": (_nothing, "cmd:/nowhere/pass", "exit status 127", "by hand"),
    "a command that hangs": (_nothing, "cmd:exec sleep 60", "did not end within", "by hand"),
    "a command whose child hangs": (_nothing, "cmd:sleep 9; true", "did not end", "by hand"),
    "a command that leaves a child": (_nothing, "cmd:sleep 9 & true", "did not end", "by hand"),
    "a command that prints without end": (_nothing, "cmd:yes", "did not end", "by hand"),
    "a command that prints a picture": (_nothing, "cmd:printf '\\377PNG'", "unsuitable", "choose"),
    "a command that prints nothing": (_nothing, "cmd:true", "gave 0 characters", "choose"),
    "a secret that is too short": (_nothing, "cmd:echo short", "gave 5 characters", "choose"),
    "a secret with a quote": (_nothing, 'cmd:printf "a\'bcdefghijklm"', "unsuitable", "choose"),
    "a secret with an at sign": (_nothing, "cmd:echo p@ssword-p@ssword", "unsuitable", "choose"),
}


@pytest.mark.parametrize(
    ("prepare", "reference", "found", "remedy"), UNRESOLVABLE.values(), ids=UNRESOLVABLE
)
def test_a_reference_that_leads_nowhere_is_refused(
    prepare: Callable[[Path], None],
    reference: str,
    found: str,
    remedy: str,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(secret_sources, "_COMMAND_SECONDS", 0.5)
    prepare(place)
    with pytest.raises(Refusals) as raised:
        all_fetched({"rest_password": SecretReference(reference.format(place=place))})
    (reason,) = raised.value.reasons
    assert "mailman_rest_password" in reason.found
    assert found in reason.found
    assert reason.expected
    assert remedy.format(place=place) in reason.remedy
    assert GOOD not in str(raised.value)


_UNDER_PYINFRA = """
from gevent import monkey; monkey.patch_all()
from mailman_suite.settings import secret_sources
from mailman_suite.settings.secret_references import SecretReference
secret_sources._COMMAND_SECONDS = 0.5
print(secret_sources.fetched(SecretReference("cmd:echo Correct-horse"), "x").unmask())
secret_sources.fetched(SecretReference("cmd:sleep 30; true"), "x")
"""


def test_a_child_that_keeps_the_output_open_is_not_waited_for_under_gevent_either():
    done = subprocess.run(
        [sys.executable, "-c", _UNDER_PYINFRA], capture_output=True, text=True, timeout=20, cwd=ROOT
    )
    assert done.stdout == "Correct-horse\n"
    assert "did not end within 0.5 seconds" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not read")
def test_a_file_of_somebody_else_is_refused(place: Path):
    place.write_text(GOOD)
    place.chmod(0o600)
    os.chmod(place.parent, 0o755)
    os.seteuid(65534)
    try:
        with pytest.raises(Refusal, match=r"\(Permission denied\)"):
            fetched(SecretReference(f"file:{place}"), "mailman_rest_password")
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("text", ["", "env", "env:", "vault:x", "hunter2-hunter2", "Generate"])
def test_what_is_no_reference_is_refused_without_being_repeated(text: str):
    with pytest.raises(Refusal) as raised:
        SecretReference(text, "mailman_archiver_key")
    assert raised.value.found == "mailman_archiver_key is neither 'generate' nor a reference"


@pytest.mark.parametrize("value", [GOOD, "a" * 12, "a" * 512])
def test_what_may_stand_unquoted_in_every_file_is_allowed(value: str):
    assert ALLOWED.fullmatch(value)


@pytest.mark.parametrize("character", list(" \n\t'\"\\@:/%#$;{}[]=+ü"))
def test_what_would_need_quotes_somewhere_is_not_allowed(character: str):
    assert not ALLOWED.fullmatch(f"abcdefghijkl{character}m")


def test_a_generated_secret_is_allowed_too():
    """`host/apply/secrets.py` makes them so, and the same files hold them."""
    from mailman_suite.host.apply.secrets import secrets as source

    assert all(ALLOWED.fullmatch(source.token_urlsafe(32)) for _ in range(50))
