"""Messages that Core's archiver keeps because the archive did not take them.

The archiver offers them again with the next message of any list, which may be long in coming
(mailman_hyperkitty.Archiver.archive_message).

`look`:  {"spool"} -> {"waiting": number of messages}.
`apply`: {"config"}, run by the release's interpreter as the `mailman` user: offers them now.
"""

from __future__ import annotations

import glob
import json
import os
import sys
from typing import Any


def look(declared: dict[str, Any]) -> dict[str, int]:
    """How many wait; those that the archiver has in its hands are among them."""
    return {"waiting": len(glob.glob(os.path.join(declared["spool"], "*.[pb][ca]k")))}


def apply(declared: dict[str, Any]) -> None:
    """Each is offered once; one that the archive has already is not doubled there."""
    from mailman.core.initialize import initialize
    from mailman_hyperkitty import Archiver

    initialize(declared["config"])
    Archiver().process_queue()


if __name__ == "__main__":
    order = json.loads(sys.argv[2])
    if sys.argv[1] == "look":
        print(json.dumps(look(order)))
    else:
        apply(order)
