"""The link that says which release runs, and for each side of the suite a stamp with its code.

`point`: {"link", "target", "sides": {"directory", "stamps": {side: text}}}.

A service restarts for its side's stamp and not for the link: a release that changes the web alone
leaves Core running. The stamps follow the link, so that who is killed between them restarts a
service once too often, and never too seldom.
"""

from __future__ import annotations

import os

from mailman_suite.host.apply import files as managed_files
from mailman_suite.host.base import files, verbs
from mailman_suite.host.inspect import stamps
from mailman_suite.host.wire.sides import ReleaseLink, Sides


def point(order: ReleaseLink) -> None:
    """One rename changes the release: there is no instant without one."""
    link, target, sides = order["link"], order["target"], order["sides"]
    place = sides["directory"]
    is_known = os.path.islink(link) and stamps.are_of(link, place)
    managed_files.make_link(link, target)
    os.makedirs(place, mode=0o700, exist_ok=True)
    for side, text in sides["stamps"].items():
        if not is_known or stamps.text(place, side) != text:
            _write(sides, side, text)
    if stamps.text(place, stamps.OF) != target:
        _write(sides, stamps.OF, target)


def _write(sides: Sides, name: str, text: str) -> None:
    files.write_durably(os.path.join(sides["directory"], name), text)


if __name__ == "__main__":
    verbs.main({"point": point})
