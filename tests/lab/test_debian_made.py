"""The host with Debian's own packages works before anybody moves it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab import debian_made
from tests.lab.handmade_suite import HandmadeSuite
from tests.lab.installed import LIST
from tests.lab.suites import archive_path, eventually

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("debian-made")]


@pytest.fixture(scope="module")
def suite() -> Iterator[HandmadeSuite]:
    with debian_made.clone() as machine:
        suite = debian_made.suite(machine)
        eventually(lambda: suite.rest("GET", "lists")[0] == 200, "Core's REST answers")
        eventually(lambda: suite.visitor.get("/postorius/lists/").status == 200, "the pages open")
        yield suite


def test_it_is_debians_core(suite: HandmadeSuite) -> None:
    assert suite.rest("GET", "system/versions")[1]["mailman_version"].split()[2] == "3.3.8"
    assert suite.run("dpkg-query --show --showformat='${Status}' mailman3-full").endswith(
        "installed"
    )


def test_collections_answer(suite: HandmadeSuite) -> None:
    assert suite.rest("GET", "lists")[1]["entries"][0]["fqdn_listname"] == LIST


def test_a_post_reaches_the_mailbox_and_the_archive(suite: HandmadeSuite) -> None:
    message_id = suite.post(suite.add_reader())

    eventually(lambda: suite.has_mail(message_id), f"{message_id} reaches the mailbox")
    page = archive_path(message_id).replace("/archives/", "/hyperkitty/")
    eventually(lambda: suite.visitor.get(page).status == 200, f"{page} is in the archive")
