"""Fills the search index list by list, and continues with the next one after an interruption.

    index_lists.py WANTED

WANTED is the file that asks for it; its lines are the lists that are done. Run as the suite's user
with the interpreter of its release, and with MAILMAN_WEB_CONFIG. HyperKitty's own hourly job begins
after the newest message that it finds in the index: what an interrupted run left out before that
one, it never adds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path


def fill(wanted: Path, names: Sequence[str], index: Callable[[str], None]) -> None:
    """Every one of these lists is in the index, and the request for it is removed."""
    done = set(wanted.read_text(encoding="utf-8").splitlines())
    left = [name for name in names if name not in done]
    for number, name in enumerate(left, len(names) - len(left) + 1):
        print(f"list {number} of {len(names)}: {name}", flush=True)
        index(name)
        note(wanted, name)
    wanted.unlink()
    print(f"the search index holds all {len(names)} lists", flush=True)


def note(wanted: Path, name: str) -> None:
    """The list is on disk as done; of a line that was cut off, its list is only done again."""
    with open(wanted, "a", encoding="utf-8") as lines:
        lines.write(f"{name}\n")
        lines.flush()
        os.fsync(lines.fileno())


def archived() -> list[str]:
    """The lists that HyperKitty knows, by name."""
    from hyperkitty.models import MailingList

    return list(MailingList.objects.order_by("name").values_list("name", flat=True))


def index_list(name: str) -> None:
    """All messages of one list are in the index; a list removed meanwhile has none."""
    from hyperkitty.models import MailingList
    from hyperkitty.search_indexes import update_index

    if MailingList.objects.filter(name=name).exists():
        update_index(listname=name)


def main() -> None:
    """Sets Django up as the command mailman-web does, then fills the index."""
    import django
    from mailman_web.manage import setup

    setup()
    django.setup()
    fill(Path(sys.argv[1]), archived(), index_list)


if __name__ == "__main__":
    main()
