"""The drawing of an upgrade shows each outage where it was."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from tests.bench.drawing import drawn
from tests.bench.guide_upgrade import Upgrade
from tests.bench.timeline import Timeline

NONE = Timeline(())


def widths(text: str) -> list[int]:
    return [int(found) for found in re.findall(r'<rect [^>]*width="(\d+)"', text)]


def test_an_outage_is_as_long_as_its_share_of_the_longest():
    slow = Upgrade(NONE, {"core": ((5.0, 65.0),), "web": (), "archives": ()})
    fast = Upgrade(NONE, {"core": ((2.0, 17.0),), "web": (), "archives": ((3.0, 9.0),)})
    text = drawn({"by hand": slow, "our window": fast})
    ElementTree.fromstring(text)
    assert widths(text) == [760, 190, 76]
    assert ">60.0<" in text
    assert ">6.0<" in text


def test_nothing_down_is_drawn_too():
    text = drawn({"ours": Upgrade(NONE, {"core": (), "web": (), "archives": ()})})
    assert widths(text) == []
