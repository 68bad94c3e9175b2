"""Data are copied and put back while nobody works with them, and nobody can change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.windows import expectations, in_process, kinds, pretended_postfix
from tests.windows.hosts import Host
from tests.windows.product import layout, snapshot

# What copies data or puts them back, and whose they are.
_OF_CORE, _OF_WEB = {layout.CORE_UNIT}, {layout.WEB_UNIT, "mailman3-web.service"}
_COPIES: dict[str, Callable[..., set[str]]] = {
    "take_data": lambda *_: _OF_CORE,
    "put_back_data": lambda *_: _OF_CORE,
    "take_database": lambda name, *_: _OF_CORE if name == "core" else _OF_WEB,
    "put_back_database": lambda *_: _OF_CORE | _OF_WEB,
}
_WITHOUT_DATA = ("web", "web back", "restart", "rollback without data")
BACK = ["release", "release of the web", "release of Core", "by hand", "packages", "core"]
BACK += ["rollback", "restore"]
with_data = pytest.mark.parametrize(
    "kind", [one for one in kinds.KINDS if one not in _WITHOUT_DATA]
)


@pytest.fixture
def copied(host: Host, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls that copy or put back; each fails where it comes at the wrong time."""
    calls: list[str] = []

    def watched(name: str, really: Callable[..., None]) -> Callable[..., None]:
        def still(*arguments: Any, **more: Any) -> None:
            calls.append(name)
            left = expectations.left_alone(host)
            at_work = _COPIES[name](*arguments) & set(host.runs()) - left
            if host.kind == "backup":
                at_work -= _OF_WEB  # people read on
            assert at_work == set(), f"{name} while these run"
            assert host.path(layout.CLOSED).exists(), f"{name} while pages can be changed"
            if layout.CORE_UNIT not in left:
                held = pretended_postfix.transports(host.root)
                assert held == "lmtp", f"{name} while mail comes in"
            really(*arguments, **more)

        return still

    for name in _COPIES:
        monkeypatch.setattr(snapshot, name, watched(name, getattr(snapshot, name)))
    return calls


@with_data
def test_data_are_copied_while_nothing_changes_them(
    kind: str, host: Host, copied: list[str]
) -> None:
    in_process.call(host, "run")
    assert host.outcome["outcome"] == "finished", host.outcome
    assert {"take_data", "take_database"} - _not_of(host) <= set(copied)


@pytest.mark.parametrize("kind", BACK)
def test_data_are_put_back_while_nothing_changes_them(
    kind: str, host: Host, copied: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (host.root / "pretended/without-runners").touch()
    in_process.call(host, "run")
    assert "the runner in does not run" in host.outcome["reason"]
    assert {"put_back_data", "put_back_database"} - _not_of(host) <= set(copied)


def _not_of(host: Host) -> set[str]:
    """What is not done where Core goes on."""
    goes_on = layout.CORE_UNIT in expectations.left_alone(host)
    return {"take_data", "put_back_data"} if goes_on else set()
