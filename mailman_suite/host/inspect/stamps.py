"""What the stamps of `host/apply/release_link.py` tell of the release that runs; reads only."""

from __future__ import annotations

import os

from mailman_suite.host.base import files
from mailman_suite.host.wire.sides import SIDES, Side

OF = "release"  # the stamp that names the link's target when the others were written


def digests(link: str, stamps: str) -> dict[Side, str]:
    """What identifies the code of each side; nothing if the link leads elsewhere than they say."""
    if not are_of(link, stamps):
        return {}
    # The web's stamp goes on with what identifies its settings.
    return {side: text(stamps, side).partition(" ")[0] for side in SIDES}


def are_of(link: str, stamps: str) -> bool:
    """Whether the stamps tell of the release that the link leads to."""
    return text(stamps, OF) == os.readlink(link)


def text(stamps: str, name: str) -> str:
    """What a stamp says; nothing where there is none."""
    try:
        with files.opened(os.path.join(stamps, name)) as stamp:
            return stamp.read().decode()
    except FileNotFoundError:
        return ""
