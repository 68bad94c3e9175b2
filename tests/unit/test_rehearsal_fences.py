"""Whether a fence stands is asked of the host, and what cannot be asked does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.inspect import fences
from mailman_suite.host.rehearsal import end as rehearsal_end

FENCE = "\n[devmode]\nenabled: yes\n"


def asked(path: Path) -> dict[str, Any]:
    files = {"Core": {"path": str(path), "text": FENCE}}
    return {"table": "t", "unit": "no-such-unit.service", "postfix": {"p": "q"}, "files": files}


def test_a_fence_stands_where_nothing_comes_after_it(tmp_path: Path):
    config = tmp_path / "mailman.cfg"
    config.write_text("[mailman]\n" + FENCE)
    assert fences.look(asked(config))["Core"] is True


@pytest.mark.parametrize("text", ["", "[mailman]\n", FENCE + "[devmode]\nenabled: no\n"])
def test_a_fence_that_is_missing_or_undone_does_not_stand(tmp_path: Path, text: str):
    config = tmp_path / "mailman.cfg"
    config.write_text(text)
    assert fences.look(asked(config))["Core"] is False


def test_what_cannot_be_asked_does_not_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))  # neither nft nor postconf
    found = fences.look(asked(tmp_path / "none"))
    assert found == {"packet filter": False, "Postfix": False, "Core": None}


def test_a_suite_that_no_rehearsal_brought_is_not_removed(tmp_path: Path):
    suite = tmp_path / "suite"
    suite.mkdir()
    told = {"mark": str(tmp_path / "mark"), "paths": [str(suite)], "units": []}
    with pytest.raises(SystemExit, match="does not belong to a rehearsal"):
        rehearsal_end.apply(told)
    assert suite.exists()
