"""A search index that somebody asks for is filled in the background, also after a power failure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailman_suite.base import layout
from tests.lab.installed import DEFAULT, LIST
from tests.lab.suites import WEB, Suite, clone, eventually
from tests.lab.test_verify import Verified

AS_MAILMAN = "runuser -u mailman --"
CHECK = "A requested search index is being filled"
# On the machine itself, because one message is filled in before a look from outside comes back.
_BEGUN_AND_STOPPED = (
    f"systemctl start --no-block {layout.INDEX_UNIT};"
    f' timeout 90 sh -c \'until journalctl -b -u {layout.INDEX_UNIT} | grep -q "list 1 of 1";'
    f" do sleep 0.1; done' && systemctl kill --signal=STOP {layout.INDEX_UNIT}"
)


@pytest.fixture
def searched() -> Iterator[Suite]:
    """A suite of its own, with a post in its archive and an index that was lost."""
    with clone(DEFAULT) as suite:
        suite.wait_until_serving()
        suite.delivers()
        # As in a window, no process has the lost one open.
        suite.run(f"systemctl stop {WEB} && find {layout.FULLTEXT_INDEX} -type f -delete")
        suite.run(f"systemctl start {WEB}")
        suite.wait_until_serving()
        yield suite


def finds(suite: Suite) -> bool:
    return "/message/" in suite.visitor.get(f"/archives/search?mlist={LIST}&q=body").text


@pytest.mark.full
def test_an_index_is_filled_when_the_file_is_there(searched: Suite) -> None:
    assert not finds(searched)

    searched.run(f"{AS_MAILMAN} touch {layout.INDEX_WANTED}")

    eventually(lambda: finds(searched), "the post is found")
    searched.run(f"test ! -e {layout.INDEX_WANTED}")
    assert f"list 1 of 1: {LIST}" in searched.run(f"journalctl -b -u {layout.INDEX_UNIT}")


@pytest.mark.full
def test_verification_says_how_far_it_is(searched: Suite) -> None:
    verified = Verified(searched.machine, searched.combination)
    searched.run(f"systemctl stop {layout.INDEX_PATH_UNIT}")
    searched.run(f"{AS_MAILMAN} touch {layout.INDEX_WANTED}")
    assert list(verified.broken()) == [CHECK]

    searched.run(_BEGUN_AND_STOPPED)
    (found,) = [one for one in verified.verdicts() if one.sentence == CHECK]
    searched.run(f"systemctl kill --signal=CONT {layout.INDEX_UNIT}")

    assert found.kept
    assert found.detail.endswith(f"list 1 of 1: {LIST}")
    eventually(lambda: finds(searched), "the post is found")
    eventually(lambda: verified.broken() == {}, "nothing is asked for any more")


@pytest.mark.full
def test_a_boot_goes_on_with_it(searched: Suite) -> None:
    searched.run(f"systemctl stop {layout.INDEX_PATH_UNIT}")
    searched.run(f"echo gone@suite.test | {AS_MAILMAN} tee {layout.INDEX_WANTED} && sync")

    searched.machine.power_cut()
    searched.machine.boot()

    searched.wait_until_serving()
    eventually(lambda: finds(searched), "the post is found")
    assert searched.run(f"systemctl is-active {layout.INDEX_PATH_UNIT}").strip() == "active"
